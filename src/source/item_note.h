// item_note.h: what is known about an item: the JSON file beside it. An item without one is still
// an item.
#pragma once

#include "source/source_store.h"

#include <optional>
#include <string>
#include <string_view>

namespace hdist {

/// On disk: {"version":1,"key","size","urls":[{"url","time"}],"tags","last_use"}, and of a commit
/// "tree", of what was found damaged "damaged":true; times in seconds since 1970.
struct ItemNote {
  std::string key;
  int64_t size_bytes = -1; // -1: not known
  std::vector<SourceAddress> addresses;
  std::vector<std::string> tags;
  int64_t last_use_s = 0;
  std::string tree; // of a commit: the dir: key of what it gives; "": not known
  bool is_damaged = false;

  std::string text() const;
  /// Reads what it understands; a text that is no note of version 1 gives nullopt.
  static std::optional<ItemNote> parse(std::string_view text);

  /// Says what it knows about the item, whose size is that of the file, and so its state.
  void describe(SourceItem& item) &&;

  /// Each address once, with its latest time.
  void add_address(const std::string& url, int64_t time_s);
  /// False when all were there.
  bool add_tags(const std::vector<std::string>& more);
};

} // namespace hdist
