// git_tree.h: the tree of a commit and of its submodules: listed, and unpacked.
#pragma once

#include "base/dir.h"
#include "source/git_objects.h"
#include "source/git_store.h"

#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

struct GitPath {
  std::string path; // below the top
  GitTreeEntry::Kind kind = GitTreeEntry::Kind::file;
  std::string object;
};

/// Everything in the tree, directories before what is in them; submodules are single entries.
/// Verified down from the commit's name. Errors as git_objects.h.
std::vector<GitPath> list_git_tree(const GitProgram& program, const std::string& repository,
                                   const std::string& commit, const std::stop_token& stop);

/// "path" -> address as .gitmodules of the commit says.
struct GitSubmodule {
  std::string path;
  std::string url;
};
/// What `git config --null --list` says of a .gitmodules, sorted by the names of the submodules.
std::vector<GitSubmodule> parse_git_submodules(std::string_view listing);
std::vector<GitSubmodule> git_submodules(const GitProgram& program, const std::string& repository,
                                         const std::string& commit, const std::stop_token& stop);

/// Exactly the contents that the commit names: no attribute, filter or line ending of the
/// repository or the user has a say. Modes 0644, 0755; times 1980-01-01. A submodule that
/// .gitmodules does not name is an empty directory. Errors: "source.corrupt"; "source.not-found"
/// when a submodule is not in the store.
void unpack_git_commit(const GitStore& store, const std::string& commit, const Dir& target,
                       const std::stop_token& stop);

/// Reads everything that unpacking would.
void verify_git_commit(const GitStore& store, const std::string& commit,
                       const std::stop_token& stop);

} // namespace hdist
