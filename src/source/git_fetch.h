// git_fetch.h: one commit of a remote repository, with its submodules, into the source store.
#pragma once

#include "base/log.h"
#include "source/attempt.h"
#include "source/download.h"
#include "source/git_address.h"
#include "source/git_content.h"

#include <stop_token>
#include <string>

namespace hdist {

/// Thread-safe.
class GitFetcher {
public:
  GitFetcher(const SourceStore& store, Downloader& downloader, Events& events)
      : store_(store), downloader_(downloader), events_(events) {}
  /// The commit that is expected, else what the address's ref names now. A commit that is there
  /// is not fetched again; a ref is always looked at. What is wrong with the repository is a
  /// reason; errors are the store's own, or interrupted.
  AttemptResult get(const GitAddress& address, const Wanted& wanted, Patience patience,
                    const Lane& lane);

private:
  struct Run;
  std::string commit_of(const GitAddress& address, const std::string& expected, int depth,
                        Run& run) const;
  void note_tag(const std::string& url, const std::string& commit) const;
  std::string resolve(const GitAddress& address, std::string& ref, Run& run) const;
  std::string refs_there(const GitAddress& address, const std::string& name, Run& run) const;
  struct Brought {
    std::string commit;
    GitContentSum sum;
  };
  Brought bring(const GitAddress& address, const std::string& ref, const std::string& expected,
                const std::string& repository, Run& run) const;
  Brought bring_whole(const GitAddress& address, const std::string& ref,
                      const std::string& expected, Run& run) const;
  void bring_submodules(const GitAddress& address, const std::string& repository,
                        const std::string& commit, int depth, Run& run) const;
  const SourceStore& store_;
  Downloader& downloader_;
  Events& events_;
};

} // namespace hdist
