// named_file.h: reading a file that a person named, on the command line or in a document.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hdist {

/// Links are followed to their end, as a user's own path should be (Dir does not follow the last
/// part). nullopt when there is no such file; Error usage "file.is-directory".
std::optional<std::string> read_named_file(const std::string& path, int64_t limit_bytes);

} // namespace hdist
