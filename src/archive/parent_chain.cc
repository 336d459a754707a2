#include "archive/parent_chain.h"

#include "archive/common_top.h"
#include "base/error.h"
#include "base/path.h"
#include "base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

namespace hdist {

namespace {

constexpr std::size_t kOpenLevels = 24;
constexpr int kOpenFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

[[noreturn]] void throw_not_directory(int parent, const std::string& name, std::string_view path) {
  struct stat status {};
  bool is_link =
      fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
  if (is_link)
    throw Error(
        ErrorKind::refused, "archive.unsafe-path",
        fmt::format("the path {} passes through the symlink {}", printable(path), printable(name)));
  throw Error(
      ErrorKind::failed, "archive.invalid",
      fmt::format("the path {} has a file, {}, as a directory", printable(path), printable(name)));
}

} // namespace

int ParentChain::open(std::string_view path) {
  if (path == path_ && fd_of(levels_.size()) >= 0) return fd_of(levels_.size());
  std::vector<std::string> parts = path_components(path);
  std::size_t kept = 0;
  while (kept < parts.size() && kept < levels_.size() && levels_[kept].name == parts[kept])
    ++kept;
  if (fd_of(kept) < 0) kept = 0;
  levels_.erase(levels_.begin() + static_cast<std::ptrdiff_t>(kept), levels_.end());
  path_.reset(); // a step may throw
  for (std::size_t level = kept; level < parts.size(); ++level) {
    int fd = descend(level, parts[level], path);
    if (fd < 0) return -1;
    levels_.push_back({parts[level], Fd(fd)});
    if (levels_.size() > kOpenLevels) levels_[levels_.size() - 1 - kOpenLevels].fd.reset();
  }
  path_ = path;
  return fd_of(levels_.size());
}

int ParentChain::descend(std::size_t level, const std::string& name, std::string_view path) {
  int parent = fd_of(level);
  int fd = openat(parent, name.c_str(), kOpenFlags);
  if (fd >= 0) return fd;
  if (errno == ENOTDIR || errno == ELOOP) throw_not_directory(parent, name, path);
  if (errno != ENOENT) throw_errno("openat", join_path(root_->path(), path));
  if (missing_ == Missing::fail) return -1;
  if (mkdirat(parent, name.c_str(), 0755) != 0)
    throw_errno("mkdirat", join_path(root_->path(), path));
  Fd made(openat(parent, name.c_str(), kOpenFlags));
  if (!made) throw_errno("openat", join_path(root_->path(), path));
  if (fchmod(made.get(), 0755) != 0) throw_errno("fchmod", join_path(root_->path(), path));
  return made.release();
}

} // namespace hdist
