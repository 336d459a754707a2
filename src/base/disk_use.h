// disk_use.h: what the files below a directory take on the disk.
#pragma once

#include <cstdint>
#include <string>

namespace hdist {

struct DiskUse {
  int64_t size_bytes = 0; // of blocks that are in use, directories' too
  int64_t file_count = 0; // each once
};

/// A file with several names below `path` counts once, one that shares blocks (a reflink) in full,
/// since nobody can tell. What cannot be looked at is passed over; nothing where nothing is.
DiskUse disk_use(const std::string& path);

} // namespace hdist
