// inflate_file.h: one compressed file that is no archive.
#pragma once

#include "archive/archive.h"

namespace hdist {

struct InflateOptions {
  ArchiveCompression compression = ArchiveCompression::none;
  int64_t limit_bytes = int64_t{1} << 30; // of what comes out
};

/// Gives its bytes to `to`, in order. `fd` is seekable, `name` is for messages. Errors as
/// unpack_archive().
void inflate_file(int fd, std::string_view name, const InflateOptions& options,
                  const std::function<void(std::string_view)>& to, std::stop_token stop = {});

} // namespace hdist
