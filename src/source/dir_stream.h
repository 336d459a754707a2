// dir_stream.h: reading the stream of a directory tree whose digest is a dir: key. Writing:
// source_store.h.
#pragma once

#include "base/dir.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace hdist {

/// 1980-01-01, the SOURCE_DATE_EPOCH of jobs: nothing unpacked looks newer than another.
void set_fixed_times(int fd, const std::string& path);

struct DirStreamLimits {
  int64_t bytes = int64_t{64} << 30; // of content in all
  int64_t entries = 5'000'000;
};

struct DirStreamOptions {
  DirStreamLimits limits;
  /// Sees every byte of the stream, in order, and all of them also when it is refused.
  std::function<void(std::string_view)> seen;
};

/// Unpacks the stream in `fd` (from offset 0) below the empty directory `target`. There is one
/// stream for each tree: what is not exactly as the writer makes it is Error failed
/// "source.invalid-dir", a name that leads elsewhere is refused "source.unsafe-path". Modes 0644,
/// 0755; all times are 1980-01-01.
void unpack_dir_stream(int fd, std::string_view name, const Dir& target,
                       const DirStreamOptions& options, const std::stop_token& stop = {});

} // namespace hdist
