// dir_stream.h: reading the stream of a directory tree whose digest is a dir: key. Writing:
// source_store.h.
#pragma once

#include "base/dir.h"

#include <cstdint>
#include <functional>
#include <optional>
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

/// The parts of a stream, for who makes one from something else than a directory: the beginning,
/// then entries, each directory with its end after what is in it, and the end of all. `size_bytes`
/// is that of the content, or of a link's target, which follow the entry; a directory has none.
constexpr char kDirStreamFile = 'f', kDirStreamExecutable = 'x', kDirStreamSymlink = 'l',
               kDirStreamDirectory = 'd', kDirStreamEnd = 'e';
std::string_view dir_stream_begin();
std::string dir_stream_entry(char kind, std::string_view name, std::optional<int64_t> size_bytes);

/// Unpacks the stream in `fd` (from offset 0) below the empty directory `target`. There is one
/// stream for each tree: what is not exactly as the writer makes it is Error failed
/// "source.invalid-dir", a name that leads elsewhere is refused "source.unsafe-path". Modes 0644,
/// 0755; all times are 1980-01-01.
void unpack_dir_stream(int fd, std::string_view name, const Dir& target,
                       const DirStreamOptions& options, const std::stop_token& stop = {});

} // namespace hdist
