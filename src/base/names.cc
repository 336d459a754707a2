#include "base/names.h"

#include "base/error.h"
#include "base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace hdist {

namespace {

const char* fault_of(std::string_view name) {
  if (name.empty()) return "it is empty";
  if (name.find('\0') != std::string_view::npos) return "it contains a NUL byte";
  if (name.front() == '/') return "it is absolute, expected a name below the directory";
  if (name.back() == '/') return "it ends in '/'";
  if (name != "." && name.ends_with("/.")) return "it ends in \"/.\"";
  for (std::string_view rest = name; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    if (rest.substr(0, slash) == "..") return "it has a \"..\" part";
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  return nullptr;
}

void refuse(std::string_view name, std::string_view fault) {
  throw Error(ErrorKind::refused, "file.bad-name",
              fmt::format("refused the file name \"{}\": {}", printable(name), fault));
}

} // namespace

void check_name(std::string_view name) {
  if (const char* fault = fault_of(name)) refuse(name, fault);
}

void check_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) refuse(path, "it contains a NUL byte");
}

int open_retrying(int dir_fd, const std::string& path, int flags, mode_t mode) {
  for (;;) {
    const int fd = ::openat(dir_fd, path.c_str(), flags | O_CLOEXEC, mode);
    if (fd >= 0 || errno != EINTR) return fd;
  }
}

void sync_descriptor(int fd, std::string_view object) {
  while (::fsync(fd) != 0) {
    if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP) return;
    if (errno != EINTR) throw_errno("fsync", object);
  }
}

std::string temporary_name() {
  return ".tmp-" + random_name(16);
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

} // namespace hdist
