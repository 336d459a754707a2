#include "base/named_file.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <sys/stat.h>

namespace hdist {

std::optional<std::string> read_named_file(const std::string& path, int64_t limit_bytes) {
  const std::optional<std::string> real = real_path_if_exists(path);
  if (!real) return std::nullopt;
  struct stat info {};
  if (::stat(real->c_str(), &info) == 0 && S_ISDIR(info.st_mode))
    throw Error(ErrorKind::usage, "file.is-directory",
                fmt::format("{} is a directory; expected a file", printable(path)));
  return Dir::open(parent_path(*real)).read_file_if_exists(base_name(*real), limit_bytes);
}

} // namespace hdist
