#include "base/named_file.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstring>

namespace hdist {

namespace {

Error unsuitable(const std::string& path, const char* code, std::string_view what) {
  return {ErrorKind::usage, code, fmt::format("{} is {}; expected a file", printable(path), what)};
}

bool is_unnamed_pipe(const std::string& path) {
  struct statfs info {};
  return ::statfs(path.c_str(), &info) == 0 &&
         static_cast<unsigned long>(info.f_type) == PIPEFS_MAGIC;
}

/// False when there is nothing.
bool check_type(const std::string& path, Pipes pipes) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return false;
    if (errno == ELOOP || errno == ENAMETOOLONG)
      throw Error(ErrorKind::usage, "file.bad-path",
                  fmt::format("{} cannot be a file: {}", printable(path), strerrordesc_np(errno)));
    throw_errno("stat", path);
  }
  if (S_ISDIR(info.st_mode)) throw unsuitable(path, "file.is-directory", "a directory");
  if (S_ISFIFO(info.st_mode) && (pipes == Pipes::any || is_unnamed_pipe(path))) return true;
  if (S_ISREG(info.st_mode)) return true;
  throw unsuitable(path, "file.not-regular",
                   S_ISFIFO(info.st_mode)   ? "a named pipe"
                   : S_ISSOCK(info.st_mode) ? "a socket"
                                            : "a device");
}

} // namespace

std::optional<std::string> read_named_file(const std::string& path, int64_t limit_bytes,
                                           Pipes pipes) {
  if (!check_type(path, pipes)) return std::nullopt;
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (fd) return read_all(fd.get(), limit_bytes, printable(path));
  if (errno == ENOENT) return std::nullopt; // removed meanwhile
  throw_errno("open", path);
}

std::string folder_of_named(const std::string& path) {
  return is_unnamed_pipe(path) ? absolute_path(".") : parent_path(absolute_path(path));
}

} // namespace hdist
