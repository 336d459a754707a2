// tree.h: walk, copy and make uniform the modes of a directory tree.
#pragma once

#include "base/dir.h"

#include <functional>
#include <stop_token>
#include <string>

namespace hdist {

struct TreeEntry {
  std::string path; // below the root, "a/b"; never empty
  EntryType type = EntryType::other;
  struct stat stat {};
  std::string target; // of a symlink
};

/// Every entry below `root`, directories before their content, names in byte order. `enter` may
/// refuse a directory.
void walk_tree(const Dir& root,
               const std::function<void(const Dir& parent, const TreeEntry&)>& visit,
               const std::function<bool(const TreeEntry&)>& enter = {});

/// Copies files (reflink where possible), directories and symlinks below `from` into the existing
/// empty `to`; modes and times kept.
void copy_tree(const Dir& from, const Dir& to);

/// A regular file's content (reflink where possible) and times; `to_name` is new.
void copy_file(const Dir& from, const std::string& name, const Dir& to, const std::string& to_name,
               mode_t mode);

struct TreeSize {
  int64_t bytes = 0; // of regular files
  int64_t files = 0;
};
/// Of `name` and what is below it, as far as that can be looked at; a file with several names there
/// counts once. Nothing when it is absent.
TreeSize measure_tree(const Dir& parent, const std::string& name);
inline int64_t size_of_tree(const Dir& parent, const std::string& name) {
  return measure_tree(parent, name).bytes;
}

/// Files 0444 or 0555, directories 0755, set-id bits dropped (store rule 9).
void protect_tree(const Dir& root);

} // namespace hdist
