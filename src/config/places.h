// places.h: whether a directory can be one of this program's own: a store, a place for builds.
#pragma once

#include <optional>
#include <string>

namespace hdist {

/// "/", "/usr", "/proc/1": directories of the system itself, and where no files can be kept.
bool is_system_folder(const std::string& path);

/// Error usage "config.value" when nothing can ever be made in `path` (absolute): it is a folder of
/// the system, also behind a link, or a file is where a directory must be.
void check_place(const std::string& path);
/// "are the same" or "lie in one another", by their text; nullopt: neither.
std::optional<std::string> how_overlapping(const std::string& path, const std::string& other);
/// Why nothing can be made there now, in one sentence; nullopt: it can.
std::optional<std::string> doubt_about_place(const std::string& path);

} // namespace hdist
