// file_system.h: what kind of file system a store lies on. For the store's own files.
#pragma once

#include <cstdint>

namespace hdist {

/// True for the types (statfs(2)) that only this machine's kernel writes to. Everything else may be
/// shared with other machines, whose views of it come late.
bool is_local_type(uint64_t magic);
/// Of the open file or directory.
bool is_on_local_file_system(int fd);

} // namespace hdist
