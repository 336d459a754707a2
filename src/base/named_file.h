// named_file.h: reading a file that a person named, on the command line or in a document.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hdist {

enum class Pipes {
  unnamed, // `<(command)` of a shell
  any,     // also what mkfifo(1) made, whose writer is waited for
};

/// Links are followed to their end, as a user's own path should be (Dir does not follow the last
/// part). nullopt when there is no such file; Error usage "file.is-directory", "file.not-regular"
/// for a device or socket, "file.bad-path" for a loop of links or a name that is too long.
std::optional<std::string> read_named_file(const std::string& path, int64_t limit_bytes,
                                           Pipes pipes = Pipes::unnamed);
/// Where relative paths in that file start: its directory; the current one for an unnamed pipe.
std::string folder_of_named(const std::string& path);

} // namespace hdist
