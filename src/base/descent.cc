#include "base/descent.h"

#include "base/error.h"
#include "base/names.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <utility>

namespace hdist {

namespace {

constexpr std::size_t kOpenLevels = 32;

struct stat status_of(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno("fstat", path);
  return status;
}

} // namespace

Descent::Descent(const Dir& root) {
  down(root.duplicate());
}

void Descent::down(Dir child) {
  const struct stat status = status_of(child.fd(), child.path());
  levels_.push_back({std::move(child), status.st_dev, status.st_ino});
  // The root stays open: there may be no right to open it from below.
  if (levels_.size() > kOpenLevels + 1) levels_[levels_.size() - kOpenLevels].dir.reset();
}

void Descent::up() {
  const Dir child = std::move(*levels_.back().dir);
  levels_.pop_back();
  Level& parent = levels_.back();
  if (parent.dir) return;
  Fd fd(open_retrying(child.fd(), "..", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  if (!fd) throw_errno("openat", join_path(child.path(), ".."));
  const struct stat status = status_of(fd.get(), child.path());
  if (status.st_dev != parent.device || status.st_ino != parent.inode)
    throw Error(ErrorKind::failed, "tree.moved",
                fmt::format("{} was moved to another directory meanwhile", child.path()));
  parent.dir = Dir(std::move(fd), parent_path(child.path()));
}

} // namespace hdist
