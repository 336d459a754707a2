// tree_writer.h: makes the entries of an archive below a directory, by descriptor, never through a
// link.
#pragma once

#include "archive/parent_chain.h"

#include "base/path.h"

#include <ctime>
#include <optional>

namespace hdist {

/// Paths are safe relative paths. An entry that was there as a file or link is replaced, a
/// directory never.
class TreeWriter {
public:
  explicit TreeWriter(const Dir& root);

  void add_directory(const std::string& path, const std::optional<timespec>& modified);
  void add_symlink(const std::string& path, const std::string& target,
                   const std::optional<timespec>& modified);
  /// `target` is an earlier entry, a regular file; else Error "archive.invalid" or
  /// "archive.unsafe-entry".
  void add_hard_link(const std::string& path, const std::string& target);
  /// A new empty file of mode 0644 or 0755; write with write_at, end with close_file.
  Fd create_file(const std::string& path, bool executable);
  void write_at(const Fd& file, int64_t offset, std::string_view bytes) const;
  /// `size`: set when the file ends in a hole.
  void close_file(Fd file, const std::optional<int64_t>& size,
                  const std::optional<timespec>& modified) const;

  /// Directory times, set last because every new entry changes them.
  void set_directory_times();
  /// Moves what is below the directories `top` (one below the other, nothing beside them) up to the
  /// root.
  void hoist(const std::vector<std::string>& top);

private:
  struct DirectoryTime {
    std::string path;
    timespec modified;
  };
  void make_way(int parent, const std::string& name, const std::string& path) const;
  std::string full(std::string_view path) const { return join_path(root_->path(), path); }

  const Dir* root_;
  ParentChain parents_;
  ParentChain link_parents_;
  std::string current_; // the file being written, for messages
  std::vector<DirectoryTime> directory_times_;
  int64_t held_bytes_ = 0;
};

} // namespace hdist
