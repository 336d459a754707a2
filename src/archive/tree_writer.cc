#include "archive/tree_writer.h"

#include "base/error.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace hdist {

namespace {

// Names of directories held until the end: a tree of this size is no source of anything.
constexpr int64_t kHeldBytes = int64_t{256} << 20;

struct Place {
  std::string parent, name;
};

Place place_of(const std::string& path) {
  std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

std::array<timespec, 2> access_untouched(const timespec& modified) {
  return {timespec{0, UTIME_OMIT}, modified};
}

/// After a failed call. A time that the file system cannot hold is no reason to give up.
bool is_worth_failing() {
  return errno != EINVAL && errno != EOVERFLOW && errno != ENOTSUP;
}

std::vector<std::string> names_in(int fd, const std::string& path) {
  Fd copy(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!copy) throw_errno("openat", path);
  DIR* stream = fdopendir(copy.get());
  if (stream == nullptr) throw_errno("fdopendir", path);
  (void)copy.release(); // now the stream's
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(stream)) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  int problem = errno;
  closedir(stream);
  if (problem != 0) throw system_error(problem, "readdir", path);
  return names;
}

} // namespace

TreeWriter::TreeWriter(const Dir& root)
    : root_(&root), parents_(root, ParentChain::Missing::create),
      link_parents_(root, ParentChain::Missing::fail) {}

/// Removes a file or link of that name; the later entry wins.
void TreeWriter::make_way(int parent, const std::string& name, const std::string& path) const {
  if (unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) return;
  int problem = errno;
  struct stat status {};
  if (fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode))
    throw Error(
        ErrorKind::failed, "archive.invalid",
        fmt::format("the entry {} is a directory first and something else later", printable(path)));
  throw system_error(problem, "unlinkat", full(path));
}

void TreeWriter::add_directory(const std::string& path, const std::optional<timespec>& modified) {
  Place place = place_of(path);
  int parent = parents_.open(place.parent);
  struct stat status {};
  bool exists = fstatat(parent, place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (exists && !S_ISDIR(status.st_mode)) make_way(parent, place.name, path);
  (void)parents_.open(path);
  if (!modified) return;
  held_bytes_ += static_cast<int64_t>(path.size() + sizeof(DirectoryTime));
  if (held_bytes_ > kHeldBytes)
    throw Error(ErrorKind::refused, "archive.too-large", "too many directories");
  directory_times_.push_back({path, *modified});
}

void TreeWriter::add_symlink(const std::string& path, const std::string& target,
                             const std::optional<timespec>& modified) {
  Place place = place_of(path);
  int parent = parents_.open(place.parent);
  if (symlinkat(target.c_str(), parent, place.name.c_str()) != 0) {
    if (errno != EEXIST) throw_errno("symlinkat", full(path));
    make_way(parent, place.name, path);
    if (symlinkat(target.c_str(), parent, place.name.c_str()) != 0)
      throw_errno("symlinkat", full(path));
  }
  if (!modified) return;
  std::array<timespec, 2> times = access_untouched(*modified);
  if (utimensat(parent, place.name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0 &&
      is_worth_failing())
    throw_errno("utimensat", full(path));
}

void TreeWriter::add_hard_link(const std::string& path, const std::string& target) {
  Place from = place_of(target);
  int from_parent = link_parents_.open(from.parent);
  struct stat status {};
  bool exists = from_parent >= 0 &&
                fstatat(from_parent, from.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (!exists)
    throw Error(ErrorKind::failed, "archive.invalid",
                fmt::format("{} is a hard link to {}, which is no earlier entry", printable(path),
                            printable(target)));
  if (!S_ISREG(status.st_mode))
    throw Error(ErrorKind::refused, "archive.unsafe-entry",
                fmt::format("{} is a hard link to {}, which is no regular file", printable(path),
                            printable(target)));
  if (path == target) return;
  Place to = place_of(path);
  int parent = parents_.open(to.parent);
  if (linkat(from_parent, from.name.c_str(), parent, to.name.c_str(), 0) == 0) return;
  if (errno != EEXIST) throw_errno("linkat", full(path));
  make_way(parent, to.name, path);
  if (linkat(from_parent, from.name.c_str(), parent, to.name.c_str(), 0) != 0)
    throw_errno("linkat", full(path));
}

Fd TreeWriter::create_file(const std::string& path, bool executable) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  Place place = place_of(path);
  int parent = parents_.open(place.parent);
  current_ = path;
  mode_t mode = executable ? 0755 : 0644;
  Fd file(openat(parent, place.name.c_str(), kFlags, mode));
  if (!file && errno == EEXIST) {
    make_way(parent, place.name, path);
    file = Fd(openat(parent, place.name.c_str(), kFlags, mode));
  }
  if (!file) throw_errno("openat", full(path));
  if (fchmod(file.get(), mode) != 0) throw_errno("fchmod", full(path)); // whatever the umask
  return file;
}

void TreeWriter::write_at(const Fd& file, int64_t offset, std::string_view bytes) const {
  while (!bytes.empty()) {
    ssize_t written = pwrite(file.get(), bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno("write", full(current_));
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += written;
  }
}

void TreeWriter::close_file(Fd file, const std::optional<int64_t>& size,
                            const std::optional<timespec>& modified) const {
  if (size && ftruncate(file.get(), *size) != 0) throw_errno("ftruncate", full(current_));
  if (modified) {
    std::array<timespec, 2> times = access_untouched(*modified);
    if (futimens(file.get(), times.data()) != 0 && is_worth_failing())
      throw_errno("futimens", full(current_));
  }
  // NFS and quotas report a failed write here.
  if (close(file.release()) != 0 && errno != EINTR) throw_errno("close", full(current_));
}

void TreeWriter::set_directory_times() {
  for (const DirectoryTime& entry : directory_times_) {
    int fd = parents_.open(entry.path);
    std::array<timespec, 2> times = access_untouched(entry.modified);
    if (futimens(fd, times.data()) != 0 && is_worth_failing())
      throw_errno("futimens", full(entry.path));
  }
}

void TreeWriter::hoist(const std::vector<std::string>& top) {
  if (top.empty()) return;
  // Out of the way first: an entry below may have the name of the top itself.
  std::string aside = ".unpack-" + random_name(10);
  if (renameat(root_->fd(), top.front().c_str(), root_->fd(), aside.c_str()) != 0)
    throw_errno("renameat", full(top.front()));
  std::vector<std::string> emptied = {aside};
  for (std::size_t i = 1; i < top.size(); ++i)
    emptied.push_back(join_path(emptied.back(), top[i]));
  ParentChain chain(*root_, ParentChain::Missing::fail);
  int last = chain.open(emptied.back());
  for (const std::string& name : names_in(last, full(emptied.back())))
    if (renameat(last, name.c_str(), root_->fd(), name.c_str()) != 0)
      throw_errno("renameat", full(name));
  for (; !emptied.empty(); emptied.pop_back()) {
    Place place = place_of(emptied.back());
    if (unlinkat(chain.open(place.parent), place.name.c_str(), AT_REMOVEDIR) != 0)
      throw_errno("unlinkat", full(emptied.back()));
  }
}

} // namespace hdist
