// git_store.h: the bare repositories of a source store, one per remote, and the commits they keep.
#pragma once

#include "base/dir.h"
#include "source/git_address.h"
#include "source/git_program.h"

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

/// On disk: git/<digest of the remote's address>/ with one ref refs/hdist/kept/<commit> for each
/// commit that is an item. A commit is there when its ref is, which is made last; what is left of a
/// damaged one has a ref below refs/hdist/damaged/ instead. A store that
/// several users write to has git/<digest>-<uid>/ besides: nobody writes to the repository of
/// another, because git does what its configuration says. Objects are read from all of them.
class GitStore {
public:
  GitStore(const Dir& store, const GitProgram& program);
  /// The path of a repository that keeps the commit, one's own if possible.
  std::optional<std::string> holder(const std::string& commit) const;
  std::vector<std::string> repositories() const; // names below git/, one's own first
  bool is_own(const std::string& repository) const;
  /// All commits that are kept, each once.
  std::vector<std::string> commits() const;
  /// Commits that are kept nowhere whole, each with the path of the repository of this user that
  /// has what is left of it.
  std::map<std::string, std::string> damaged() const;
  std::optional<std::string> remains(const std::string& commit) const; // of one of these
  /// The path of the remote's own repository, which is this user's; made when absent.
  std::string repository(const GitAddress& remote) const;
  bool keeps_any(const std::string& repository) const; // commits
  /// The commit is complete in `repository`: from now on it is an item.
  void keep(const std::string& repository, const std::string& commit) const;
  /// After forget(), in a repository by its name below git/; nothing where the commit has gone.
  /// False: it is not this user's to do.
  [[nodiscard]] bool keep_again(const std::string& name, const std::string& commit) const;
  /// Every repository of this user forgets the commit; its content goes with prune(), once it is a
  /// day old.
  void forget(const std::string& commit, const std::stop_token& stop) const;
  /// A repository of this user is called otherwise from now on, and goes on keeping what it keeps;
  /// the next fetch of its remote makes a new one. Its new path. Errors refused
  /// "git.foreign-repository", failed "git.in-use".
  std::string set_aside(const std::string& repository) const;
  /// The commit is no item any more, and what is left of it stays in `repository`, until forget()
  /// or keep().
  void note_damage(const std::string& repository, const std::string& commit,
                   const std::stop_token& stop) const;
  void forget_damaged(const std::string& commit) const;
  /// In repositories of this user that have forgotten something: removes what no ref reaches and
  /// nobody touched for a day; returns the bytes won.
  int64_t prune(const std::stop_token& stop) const;
  const GitProgram& program() const { return program_; }
  const Dir& root() const { return store_; } // of the source store

private:
  void drop(const std::string& name, const std::string& commit, const std::stop_token& stop) const;
  bool keeps(const std::string& repository, const std::string& commit) const;
  Dir store_;
  const GitProgram& program_;
};

constexpr const char* kKeptRefs = "refs/hdist/kept/";
constexpr const char* kDamagedRefs = "refs/hdist/damaged/";
constexpr const char* kIncomingRefs = "refs/hdist/incoming/";

} // namespace hdist
