// Every call is an *at call on an open descriptor with O_CLOEXEC, so a renamed parent cannot
// redirect it, and the last part of a name is opened with O_NOFOLLOW. Modes are set by fchmod(2)
// after creation: they must not depend on the umask, and the umask cannot be read without changing
// it for all threads. What appears at once and complete is in publish.cc, removal in remove.cc.
#include "base/dir.h"

#include "base/error.h"
#include "base/names.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

namespace hdist {

namespace {

constexpr int kOpenDir = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

[[noreturn]] void fail(const char* call, const Dir& dir, const std::string& name) {
  const int error = errno; // before anything that allocates
  throw system_error(error, call, join_path(dir.path(), name));
}

/// The path of a directory that the user named: absolute, because programs get it whatever their
/// own directory is.
std::string stated_path(const std::string& path) {
  const std::string text = absolute_path(path);
  // ".." may have climbed out of a link's target: only the system knows where that leads.
  const bool climbs = ("/" + path + "/").find("/../") != std::string::npos;
  return climbs ? real_path_if_exists(path).value_or(text) : text;
}

bool is_absent(int error, const Dir& dir, const std::string& name) {
  if (error == ENOENT) return true;
  return error == ENOTDIR && !dir.exists(name); // a parent is a file
}

/// Opening failed because the name is a link: say that, where the system says "Not a directory".
[[noreturn]] void fail_open(const Dir& dir, const std::string& name) {
  const int error = errno;
  const std::string path = join_path(dir.path(), name);
  struct stat status {};
  const bool link = (error == ENOTDIR || error == ELOOP) &&
                    ::fstatat(dir.fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                    S_ISLNK(status.st_mode);
  if (!link) throw system_error(error, "openat", path);
  throw Error(ErrorKind::failed, "file.is-link",
              fmt::format("openat {}: it is a symbolic link, which is not followed here", path));
}

EntryType type_of(mode_t mode) {
  if (S_ISREG(mode)) return EntryType::file;
  if (S_ISDIR(mode)) return EntryType::directory;
  return S_ISLNK(mode) ? EntryType::symlink : EntryType::other;
}

EntryType type_of(const Dir& dir, const dirent& entry) {
  switch (entry.d_type) {
  case DT_REG:
    return EntryType::file;
  case DT_DIR:
    return EntryType::directory;
  case DT_LNK:
    return EntryType::symlink;
  case DT_UNKNOWN: { // some file systems do not tell
    const std::optional<struct stat> status = dir.stat(entry.d_name);
    return status ? type_of(status->st_mode) : EntryType::other;
  }
  default:
    return EntryType::other;
  }
}

struct CloseDirectory {
  void operator()(DIR* stream) const { ::closedir(stream); }
};

void set_mode_of_descriptor(int fd, mode_t mode, const Dir& dir, const std::string& name) {
  if (::fchmod(fd, mode) != 0) fail("fchmod", dir, name);
}

} // namespace

// Fd and bytes

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int Fd::release() noexcept {
  return std::exchange(fd_, -1);
}

void Fd::reset() noexcept {
  if (fd_ < 0) return;
  const int error = errno; // cleaning up must not hide why it is cleaned up
  ::close(std::exchange(fd_, -1));
  errno = error;
}

void write_all(int fd, std::string_view bytes, std::string_view object) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      throw_errno("write", object);
    }
  }
}

namespace {

/// `expected`: what its size was, 0 when that says nothing.
std::string read_to_end(int fd, std::size_t expected, std::size_t limit, std::string_view object) {
  std::string bytes(std::min(expected, limit) + 1, '\0'); // one more, to see the end at once
  std::size_t size = 0;
  for (;;) {
    if (size == bytes.size()) bytes.resize(std::min(bytes.size() * 2 + 4096, limit + 1));
    const ssize_t count = ::read(fd, bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_errno("read", object);
    size += static_cast<std::size_t>(count);
    // No more came than there was, though one more was asked for.
    if (count == 0 || (size == expected && size < bytes.size())) break;
    if (size > limit)
      throw Error(
          ErrorKind::usage, "file.too-large",
          fmt::format("{} is larger than {} bytes, which is the most that is read of such a file",
                      object, limit));
  }
  bytes.resize(size);
  return bytes;
}

std::size_t size_of(const struct stat& status) {
  return S_ISREG(status.st_mode) && status.st_size > 0 ? static_cast<std::size_t>(status.st_size)
                                                       : 0;
}

} // namespace

std::string read_all(int fd, int64_t limit_bytes, std::string_view object) {
  struct stat status {};
  const std::size_t expected = ::fstat(fd, &status) == 0 ? size_of(status) : 0;
  return read_to_end(fd, expected, static_cast<std::size_t>(std::max<int64_t>(limit_bytes, 0)),
                     object);
}

// Opening directories

Dir Dir::open(const std::string& path) {
  check_path(path);
  Fd fd(open_retrying(AT_FDCWD, path, kOpenDir));
  if (!fd) throw_errno("open", path);
  return {std::move(fd), stated_path(path)};
}

std::optional<Dir> Dir::open_if_exists(const std::string& path) {
  check_path(path);
  Fd fd(open_retrying(AT_FDCWD, path, kOpenDir));
  if (fd) return Dir(std::move(fd), stated_path(path));
  if (errno == ENOENT) return std::nullopt;
  throw_errno("open", path);
}

Dir Dir::create(const std::string& path) {
  if (std::optional<Dir> dir = open_if_exists(path)) return std::move(*dir);
  // Look for what is there before making anything: mkdir of an existing directory may fail with
  // something else than EEXIST on read-only and automounted file systems.
  std::vector<std::string> missing;
  std::string prefix = path;
  struct stat status {};
  while (!prefix.empty() && ::stat(prefix.c_str(), &status) != 0) {
    if (errno != ENOENT) throw_errno("stat", prefix);
    missing.push_back(prefix);
    const std::size_t last = prefix.find_last_not_of('/');
    const std::size_t slash = prefix.rfind('/', last);
    prefix = slash == std::string::npos ? "" : prefix.substr(0, slash);
  }
  for (auto it = missing.rbegin(); it != missing.rend(); ++it)
    if (::mkdir(it->c_str(), 0755) != 0 && errno != EEXIST) throw_errno("mkdir", *it);
  return open(path);
}

Dir Dir::duplicate() const {
  Fd fd(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
  if (!fd) throw_errno("fcntl", path_);
  return {std::move(fd), path_};
}

Dir Dir::open_dir(const std::string& name) const {
  check_name(name);
  Fd fd(open_retrying(fd_.get(), name, kOpenDir | O_NOFOLLOW));
  if (!fd) fail_open(*this, name);
  return {std::move(fd), join_path(path_, name)};
}

std::optional<Dir> Dir::open_dir_if_exists(const std::string& name) const {
  check_name(name);
  Fd fd(open_retrying(fd_.get(), name, kOpenDir | O_NOFOLLOW));
  if (fd) return Dir(std::move(fd), join_path(path_, name));
  const int error = errno;
  if (is_absent(error, *this, name)) return std::nullopt;
  errno = error;
  fail_open(*this, name);
}

Dir Dir::open_holder_of(const std::string& name) const {
  check_name(name);
  const std::string holder = parent_path(name);
  if (holder == ".") return duplicate();
  Fd fd(open_retrying(fd_.get(), holder, kOpenDir));
  if (!fd) fail("openat", *this, holder);
  return {std::move(fd), join_path(path_, holder)};
}

// Making directories

bool Dir::make_new_dir(const std::string& name, mode_t mode) const {
  check_name(name);
  if (::mkdirat(fd_.get(), name.c_str(), mode | 0700) != 0) {
    if (errno == EEXIST) return false;
    fail("mkdirat", *this, name);
  }
  set_mode(name, mode);
  return true;
}

Dir Dir::make_dir(const std::string& name, mode_t mode) const {
  if (!exists(name)) (void)make_new_dir(name, mode); // false: somebody else just made it
  return open_dir(name);
}

Dir Dir::make_dirs(const std::string& name) const {
  check_name(name);
  Dir dir = duplicate();
  std::string_view rest = name;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string part(rest.substr(0, slash));
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    if (!part.empty() && part != ".") dir = dir.make_dir(part);
  }
  return dir;
}

// Files

Fd Dir::open_file(const std::string& name, int flags, mode_t mode) const {
  check_name(name);
  flags |= O_CLOEXEC | O_NOFOLLOW;
  if ((flags & O_CREAT) == 0) {
    Fd fd(open_retrying(fd_.get(), name, flags));
    if (!fd) fail_open(*this, name);
    return fd;
  }
  // Whoever creates the file sets its mode; a file that is there keeps its own.
  for (;;) {
    Fd fd(open_retrying(fd_.get(), name, flags | O_EXCL, mode | S_IRUSR | S_IWUSR));
    if (fd) {
      set_mode_of_descriptor(fd.get(), mode, *this, name);
      return fd;
    }
    if (errno != EEXIST || (flags & O_EXCL) != 0) fail_open(*this, name);
    fd = Fd(open_retrying(fd_.get(), name, flags & ~O_CREAT));
    if (fd) return fd;
    if (errno != ENOENT) fail_open(*this, name); // ENOENT: removed between the two calls
  }
}

std::string Dir::read_file(const std::string& name, int64_t limit_bytes) const {
  const Fd fd = open_file(name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) fail("fstat", *this, name);
  const std::string path = join_path(path_, name);
  if (!S_ISREG(status.st_mode))
    throw Error(ErrorKind::failed, "file.not-regular",
                fmt::format("{} is no regular file: expected one to read", path));
  return read_to_end(fd.get(), size_of(status),
                     static_cast<std::size_t>(std::max<int64_t>(limit_bytes, 0)), path);
}

std::optional<std::string> Dir::read_file_if_exists(const std::string& name,
                                                    int64_t limit_bytes) const {
  try {
    return read_file(name, limit_bytes);
  } catch (const Error& error) {
    if (is_absent(error.system_errno(), *this, name)) return std::nullopt;
    throw;
  }
}

void Dir::make_symlink(const std::string& target, const std::string& name) const {
  check_name(name);
  if (::symlinkat(target.c_str(), fd_.get(), name.c_str()) != 0) fail("symlinkat", *this, name);
}

std::optional<std::string> Dir::read_link(const std::string& name) const {
  check_name(name);
  std::string target(256, '\0');
  for (;;) {
    const ssize_t size = ::readlinkat(fd_.get(), name.c_str(), target.data(), target.size());
    if (size < 0) {
      if (errno == EINVAL || errno == ENOENT || errno == ENOTDIR) return std::nullopt;
      fail("readlinkat", *this, name);
    }
    if (static_cast<std::size_t>(size) < target.size()) {
      target.resize(static_cast<std::size_t>(size));
      return target;
    }
    target.resize(target.size() * 2); // it may be cut off
  }
}

// Entries

std::optional<struct stat> Dir::stat(const std::string& name) const {
  check_name(name);
  struct stat status {};
  if (::fstatat(fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return status;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  fail("fstatat", *this, name);
}

bool Dir::exists(const std::string& name) const {
  return stat(name).has_value();
}

std::vector<Entry> Dir::list() const {
  // Opened anew, because a duplicate would share its position with other readers.
  Fd fd(open_retrying(fd_.get(), ".", kOpenDir));
  if (!fd) throw_errno("openat", path_);
  const std::unique_ptr<DIR, CloseDirectory> stream(::fdopendir(fd.get()));
  if (!stream) throw_errno("fdopendir", path_);
  (void)fd.release(); // closed with the stream
  std::vector<Entry> entries;
  for (;;) {
    errno = 0;
    const dirent* entry =
        ::readdir(stream.get()); // NOLINT(concurrency-mt-unsafe): the stream is ours alone
    if (entry == nullptr) break;
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    entries.push_back({std::string(name), type_of(*this, *entry)});
  }
  if (errno != 0) throw_errno("readdir", path_);
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

bool Dir::remove_file(const std::string& name) const {
  check_name(name);
  if (::unlinkat(fd_.get(), name.c_str(), 0) == 0) return true;
  if (errno == ENOENT) return false;
  fail("unlinkat", *this, name);
}

void Dir::set_mode(const std::string& name, mode_t mode) const {
  check_name(name);
  // fchmodat with AT_SYMLINK_NOFOLLOW does the same in a new glibc; an old one refuses it.
  const Fd fd(open_retrying(fd_.get(), name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) fail_open(*this, name);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) fail("fstat", *this, name);
  if (S_ISLNK(status.st_mode)) {
    errno = ELOOP;
    fail_open(*this, name);
  }
  if ((status.st_mode & 07777) == mode) return;
  if (::chmod(fmt::format("/proc/self/fd/{}", fd.get()).c_str(), mode) == 0) return;
  if (errno != ENOENT) fail("chmod", *this, name);
  // No /proc: a descriptor that can be read is needed.
  const Fd readable(
      open_retrying(fd_.get(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!readable) fail_open(*this, name);
  set_mode_of_descriptor(readable.get(), mode, *this, name);
}

void Dir::sync() const {
  sync_descriptor(fd_.get(), path_);
}

} // namespace hdist
