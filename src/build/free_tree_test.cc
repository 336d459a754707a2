#include "build/free_tree.h"

#include "base/tree.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

/// Artifacts as files alone, in a folder that stands for a store.
class FreeTreeTest : public ::testing::Test {
protected:
  static ArtifactId id_of(const std::string& name) { return ArtifactId::make(name, sha256(name)); }
  std::string path_of(const std::string& name) const {
    return store_ + "/" + name + "/" + id_of(name).hash12();
  }
  void add(const std::string& name, const std::map<std::string, std::string>& files,
           const std::vector<std::string>& needs = {}) {
    for (const auto& [path, text] : files)
      write_file(path_of(name) + "/" + path, text);
    ArtifactRecord record{.id = id_of(name)};
    for (const std::string& need : needs)
      record.run.push_back(id_of(need));
    records_.emplace(id_of(name), record);
  }
  FreeTreeReport make(const std::vector<std::string>& names) {
    FreeTreeRequest request;
    request.path = tmp_.path() + "/tree";
    request.store_roots = {store_};
    for (const std::string& name : names)
      request.profile.members.push_back(id_of(name));
    FindArtifact find = [this](const ArtifactId& id) -> std::optional<FoundArtifact> {
      auto found = records_.find(id);
      if (found == records_.end()) return std::nullopt;
      return FoundArtifact{found->second, path_of(id.name())};
    };
    return make_free_tree(request, find, {});
  }
  std::string tree(const std::string& path) const { return tmp_.path() + "/tree/" + path; }

  TempDir tmp_;
  std::string store_ = tmp_.path() + "/store";
  std::map<ArtifactId, ArtifactRecord> records_;
};

TEST_F(FreeTreeTest, NoLinkLeadsIntoTheStoreAndFilesMayBeEdited) {
  add("lib", {{"lib/libf.so.1", "bytes"}, {"share/data/one", "1"}});
  fs::create_symlink("libf.so.1", path_of("lib") + "/lib/libf.so");
  fs::permissions(path_of("lib") + "/lib/libf.so.1", fs::perms(0555));
  add("app", {{"bin/app", "#!/bin/sh\n"}}, {"lib"});
  fs::create_symlink(path_of("lib") + "/share/data", path_of("app") + "/data");
  make({"app"});
  fs::rename(store_, store_ + ".away");
  EXPECT_EQ(read_file(tree("lib/libf.so")), "bytes");
  EXPECT_EQ(fs::read_symlink(tree("lib/libf.so")), "libf.so.1");
  EXPECT_EQ(read_file(tree("data/one")), "1");
  EXPECT_EQ(fs::status(tree("lib/libf.so.1")).permissions(), fs::perms(0755));
  int links = 0;
  walk_tree(Dir::open(tmp_.path() + "/tree"), [&](const Dir&, const TreeEntry& entry) {
    links += entry.type == EntryType::symlink ? 1 : 0;
  });
  EXPECT_EQ(links, 2);
}

TEST_F(FreeTreeTest, WhatAKilledOneLeftGoesWithTheNextAndNothingElse) {
  add("small", {{"share/small", "1"}});
  add("large", {{"share/large", std::string(100'000, 'x')}});
  const pid_t child = fork();
  if (child == 0) {
    struct rlimit none {};
    struct rlimit little {
      50'000, 50'000
    };
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_FSIZE, &little); // the first byte above it kills
    make({"small", "large"});
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ) << status;
  write_file(tmp_.path() + "/.tmp-tree-notes/mine", "");
  write_file(tmp_.path() + "/.tmp-abcdefghijklmnop/mine", "");
  write_file(tmp_.path() + "/.tmp-tree-abcdefghijklmnop/mine", "");
  make({"small"});
  std::vector<std::string> names;
  for (const Entry& entry : Dir::open(tmp_.path()).list())
    names.push_back(entry.name);
  EXPECT_EQ(names, (std::vector<std::string>{".tmp-abcdefghijklmnop", ".tmp-tree-abcdefghijklmnop",
                                             ".tmp-tree-notes", "store", "tree"}));
}

TEST_F(FreeTreeTest, PathsInTextsBecomeThoseOfTheTree) {
  add("tool", {{"bin/tool", "#!/bin/sh\n"}});
  add("lib", {{"lib/x", "x"}});
  std::string text = "#!" + path_of("lib") + "/bin/sh\nexec " + path_of("tool") + "/bin/tool\n";
  add("app", {{"bin/app", text}, {"binary", std::string("\0", 1) + path_of("lib") + "/x"}},
      {"lib"});
  FreeTreeReport report = make({"app"});
  EXPECT_EQ(read_file(tree("bin/app")),
            "#!" + tmp_.path() + "/tree/bin/sh\nexec " + path_of("tool") + "/bin/tool\n");
  EXPECT_EQ(report.texts, 1);
  EXPECT_EQ(report.bound, (std::vector<std::string>{"bin/app", "binary"}));
}

TEST_F(FreeTreeTest, WhatIsThereIsLeftAlone) {
  add("app", {{"x", "x"}});
  write_file(tree("mine"), "mine");
  EXPECT_EQ(code_of([&] { make({"app"}); }), "profile.in-the-way");
  EXPECT_EQ(read_file(tree("mine")), "mine");
  fs::remove(tree("mine"));
  make({"app"}); // into an empty directory
  EXPECT_EQ(read_file(tree("x")), "x");
  EXPECT_EQ(code_of([&] { make({"app"}); }), "profile.in-the-way");
}

TEST_F(FreeTreeTest, AFailureLeavesNothing) {
  add("a", {{"same", "1"}});
  add("b", {{"same", "2"}});
  EXPECT_EQ(code_of([&] { make({"a", "b"}); }), "profile.conflict");
  EXPECT_FALSE(fs::exists(tmp_.path() + "/tree"));
}

TEST_F(FreeTreeTest, TheTreeSaysThatItStandsAlone) {
  add("app", {{"bin/x", "x"}});
  make({"app"});
  OpenedProfile opened = open_profile(tmp_.path() + "/tree");
  EXPECT_TRUE(opened.record.stands_alone);
  EXPECT_EQ(opened.record.name, "tree");
  EXPECT_EQ(opened.record.generation, 0);
}

} // namespace
} // namespace hdist
