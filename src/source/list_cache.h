// list_cache.h: what a listing of the store found last, so that the next one reads only what has
// changed since. For the store itself.
#pragma once

#include "base/dir.h"
#include "model/source_key.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct stat;

namespace hdist {

/// An item of a directory, with the text of its note.
struct ListedItem {
  std::string_view digest;
  int64_t size_bytes = 0;
  int64_t written_s = 0; // seconds since 1970
  uint32_t owner = 0;
  uint64_t note_inode = 0; // 0: it has none
  int64_t note_changed_s = 0, note_changed_ns = 0;
  std::string_view note;

  /// Its note is still in this file.
  bool has_note_in(const struct stat& status) const;
};

/// A directory of one type, when it was listed.
struct ListedDirectory {
  uint64_t inode = 0; // 0: it was changing then
  int64_t changed_s = 0, changed_ns = 0;
  std::vector<ListedItem> items; // by digest

  const ListedItem* find(std::string_view digest) const;
};

/// On disk: lists/<uid>. "hdist-list 1"; for each type a line "TYPE INODE SECONDS NANOSECONDS
/// COUNT" and so many items: "DIGEST SIZE WRITTEN OWNER INODE SECONDS NANOSECONDS BYTES" and the
/// note. It counts when the file is this user's; what is wrong with it only costs time.
class ListCache {
public:
  static constexpr int64_t kSettledSeconds =
      2; // the coarsest clock of a file system that is in use
  /// All views are valid as long as the cache is.
  explicit ListCache(const Dir& store);
  /// Everything in the directory, when no name in it was made, removed or replaced since; notes are
  /// always replaced, and items do not change.
  const ListedDirectory* unchanged(SourceType type, const Dir& directory) const;
  /// What was there when it was listed last, perhaps nothing.
  const ListedDirectory& last(SourceType type) const;
  /// What it is known by as it is now; to be called before it is listed.
  static ListedDirectory look(const Dir& directory);
  /// What was found instead, by digest. What it refers to must last until save().
  void replace(SourceType type, ListedDirectory found);
  /// Never fails. Small lists are not worth it.
  void save() noexcept;

private:
  void load();
  bool parse(std::string_view text);

  Dir store_;
  std::string bytes_;                                               // that the items lie in
  std::map<std::string, ListedDirectory, std::less<>> directories_; // by the texts of the types
  std::size_t replaced_ = 0;                                        // items
};

} // namespace hdist
