// dir_stamp.h: whether a directory is as it was when its stream was taken, told by the status of
// its entries, without reading them.
#pragma once

#include "base/dir.h"
#include "data/digest.h"
#include "model/source_key.h"

#include <optional>
#include <stop_token>
#include <string>

namespace hdist {

/// Of all entries: names, kinds, modes, sizes, targets of links, inodes, times of change. What
/// changes a file changes the last, and nobody can set that back.
struct DirStamp {
  Digest digest;
  /// A change a moment ago might be followed by one with the same time: such a stamp says nothing.
  bool is_settled = false;
};

DirStamp stamp_of(const Dir& directory, const std::stop_token& stop);

/// What `directory` gave when it had this stamp; nullopt: unknown, or somebody else says so.
std::optional<SourceKey> key_of_stamp(const Dir& store, const std::string& directory,
                                      const DirStamp& stamp);
/// Remembers, where it can be written, what a directory gave that had this stamp before it was
/// read. Never fails: it only saves work.
void note_stamp(const Dir& store, const std::string& directory, const DirStamp& stamp,
                const SourceKey& key) noexcept;

} // namespace hdist
