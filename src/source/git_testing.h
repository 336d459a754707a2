// git_testing.h: a source store, and repositories made by commands. For tests only.
#pragma once

#include "base/process.h"
#include "base/text.h"
#include "net/fake_http.h"
#include "source/git_fetch.h"
#include "source/git_tree.h"
#include "source/source_testing.h"

#include <gtest/gtest.h>

namespace hdist {

class GitLab : public StoreLab {
public:
  /// Runs a shell script in path(""); what it printed.
  std::string sh(const std::string& script) const {
    Command command;
    command.argv = {"/bin/sh", "-euc", script};
    command.cwd = path("");
    command.env.set("PATH", "/usr/bin:/bin");
    command.env.set("HOME", path(""));
    for (const char* who : {"AUTHOR", "COMMITTER"}) {
      command.env.set(std::string("GIT_") + who + "_NAME", "A");
      command.env.set(std::string("GIT_") + who + "_EMAIL", "a@example.org");
      command.env.set(std::string("GIT_") + who + "_DATE", "2020-01-01T00:00:00Z");
    }
    command.env.set("GIT_CONFIG_NOSYSTEM", "1");
    return std::string(trim(capture(command)));
  }
  /// A bare repository NAME.git with the files that `script` makes in its work tree; the commit.
  std::string repository(const std::string& name, const std::string& script) const {
    return sh("git init -q -b master " + name + ".work; cd " + name + ".work; " + script +
              "; git add -A; git commit -qm one --allow-empty; cd ..; rm -rf " + name +
              ".git; git clone -q --bare " + name + ".work " + name + ".git; git -C " + name +
              ".git rev-parse master");
  }
  AttemptResult fetch(const std::string& address, const std::string& expected = "") {
    GitFetcher fetcher(store, downloader, events);
    return fetcher.get(*parse_git_address(address),
                       {Expectation::parse(expected), address, address}, Patience::little, Lane());
  }
  AttemptResult fetch_path(const std::string& name, const std::string& expected = "") {
    return fetch(path(name), expected);
  }
  /// The tree that unpacking gives, or the code of the error.
  std::string unpacked(const std::string& commit) const {
    std::filesystem::remove_all(path("target"));
    std::string code = code_of([&] {
      store.unpack({.key = *SourceKey::parse("git:" + commit), .target = path("target")});
    });
    return code == "(no error)" ? tree_text(path("target")) : code;
  }
  void verify(const std::string& commit) const {
    store.verify({.key = *SourceKey::parse("git:" + commit)});
  }
  FakeHttp http;
  DeadHosts dead_hosts{""};
  RecordedEvents events;
  Downloader downloader{store, http, dead_hosts, {}};
};

} // namespace hdist
