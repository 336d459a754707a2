// git_tree.h: the tree of a commit, and what it says of its submodules.
#pragma once

#include "source/git_objects.h"

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

} // namespace hdist
