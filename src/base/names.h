// names.h: what the files of Dir share: the check of names, and calls that restart. Not for other
// components.
#pragma once

#include "base/dir.h"

#include <string>
#include <string_view>

namespace hdist {

/// Throws Error refused "file.bad-name" unless `name` is a relative path that cannot climb or
/// follow its last part.
void check_name(std::string_view name);
/// Throws the same when `path`, which may lead anywhere, has a NUL byte: the system would see only
/// what is before it.
void check_path(std::string_view path);
/// openat(2), again after a signal; -1 and errno when it fails.
int open_retrying(int dir_fd, const std::string& path, int flags, mode_t mode = 0);
/// fsync(2); where a file system cannot do that to a directory, nothing.
void sync_descriptor(int fd, std::string_view object);
/// ".tmp-" and random characters: the names of everything unfinished.
std::string temporary_name();

/// Two looks at the same file, whatever its names.
bool same_file(const struct stat& a, const struct stat& b);

} // namespace hdist
