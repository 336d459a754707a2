// How things appear: complete, by one system call on the final name. Return codes are not believed
// where a network file system may have repeated the request: a link that was made can be reported
// as EEXIST, a rename as ENOENT, and the reverse. What counts is which inode the name leads to
// afterwards.
#include "base/publish.h"

#include "base/error.h"
#include "base/names.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace hdist {

namespace {

[[noreturn]] void fail(int error, const char* call, const Dir& dir, const std::string& name) {
  throw system_error(error, call, join_path(dir.path(), name));
}

/// Opening makes a network file system ask its server anew; where the file cannot be opened, what
/// it remembers must do.
std::optional<struct stat> look_at(const Dir& dir, const std::string& name) {
  const Fd fd(open_retrying(dir.fd(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (fd && ::fstat(fd.get(), &status) == 0) return status;
  return dir.stat(name);
}

bool leads_to(const Dir& dir, const std::string& name, const struct stat& wanted) {
  const std::optional<struct stat> found = look_at(dir, name);
  return found && same_file(*found, wanted);
}

bool is_unsupported_link(int error) {
  return error == EPERM || error == EMLINK || error == ENOSYS || error == EOPNOTSUPP;
}

bool same_content(const Dir& dir, const std::string& a, const std::string& b) {
  const std::optional<std::string> bytes = dir.read_file_if_exists(a);
  return bytes && bytes == dir.read_file_if_exists(b);
}

/// After a rename that reported an error: whether `to` is what `from` was. A second name that is
/// left from a way by links goes.
bool was_renamed(const Dir& dir, const std::string& from, const std::string& to,
                 const struct stat& source) {
  if (!leads_to(dir, to, source)) return false;
  if (!S_ISDIR(source.st_mode) && leads_to(dir, from, source))
    ::unlinkat(dir.fd(), from.c_str(), 0);
  return true;
}

/// rename(2) over whatever is there.
void rename_over(const Dir& dir, const std::string& from, const std::string& to,
                 const struct stat& source) {
  if (::renameat(dir.fd(), from.c_str(), dir.fd(), to.c_str()) == 0) return;
  const int error = errno;
  if (was_renamed(dir, from, to, source)) return;
  fail(error, "renameat", dir, to);
}

struct stat status_of(const Dir& dir, const std::string& name, const char* call) {
  const std::optional<struct stat> status = dir.stat(name);
  if (!status) fail(ENOENT, call, dir, name);
  return *status;
}

/// A complete file under a temporary name, removed at the end unless it was moved away.
class TemporaryFile {
public:
  TemporaryFile(const Dir& dir, std::string_view bytes, const WriteOptions& options)
      : dir_(dir), name_(temporary_name()),
        fd_(dir.open_file(name_, O_WRONLY | O_CREAT | O_EXCL, options.mode)) {
    try {
      write_all(fd_.get(), bytes, join_path(dir.path(), name_));
      if (options.durable) sync_descriptor(fd_.get(), join_path(dir.path(), name_));
    } catch (...) {
      remove();
      throw;
    }
  }
  ~TemporaryFile() { remove(); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& name() const { return name_; }
  struct stat status() const {
    struct stat result {};
    if (::fstat(fd_.get(), &result) != 0) fail(errno, "fstat", dir_, name_);
    return result;
  }
  void moved_away() { name_.clear(); }

private:
  void remove() noexcept {
    if (!name_.empty()) ::unlinkat(dir_.fd(), name_.c_str(), 0);
    name_.clear();
  }
  const Dir& dir_;
  std::string name_;
  Fd fd_;
};

/// Where there are no hard links.
bool move_into_place(const Dir& dir, TemporaryFile& file, const std::string& to,
                     std::string_view bytes, const WriteOptions& options) {
  switch (try_rename_new(dir, file.name(), to)) {
  case Outcome::created:
    file.moved_away();
    return true;
  case Outcome::exists:
    return false;
  case Outcome::unsupported:
    break;
  }
  return create_in_place(dir, to, bytes, options);
}

} // namespace

Outcome try_link(const Dir& dir, const std::string& from, const std::string& to) {
  const struct stat source = status_of(dir, from, "linkat");
  for (int attempt = 0; attempt < 10; ++attempt) {
    const int result = ::linkat(dir.fd(), from.c_str(), dir.fd(), to.c_str(), 0);
    const int error = result == 0 ? 0 : errno;
    const std::optional<struct stat> target = look_at(dir, to);
    if (target) {
      if (same_file(source, *target)) return Outcome::created;
      // Some file systems in user space number inodes by path; then only the content can tell.
      const bool ours = error == 0 && S_ISREG(target->st_mode) && same_content(dir, from, to);
      return ours ? Outcome::created : Outcome::exists;
    }
    if (is_unsupported_link(error)) return Outcome::unsupported;
    const std::optional<struct stat> now = look_at(dir, from);
    if (now && now->st_nlink > source.st_nlink) return Outcome::created; // and moved on by another
    if (error != 0 && error != EEXIST) fail(error, "linkat", dir, to);
  }
  throw Error(ErrorKind::failed, "file.no-exclusive-link",
              fmt::format("linkat {}: the file system neither makes the link nor says why",
                          join_path(dir.path(), to)));
}

Outcome try_rename_new(const Dir& dir, const std::string& from, const std::string& to) {
  const struct stat source = status_of(dir, from, "renameat2");
  if (::renameat2(dir.fd(), from.c_str(), dir.fd(), to.c_str(), RENAME_NOREPLACE) == 0)
    return Outcome::created;
  const int error = errno;
  if (was_renamed(dir, from, to, source)) return Outcome::created;
  if (error == EEXIST) return Outcome::exists;
  if (error == EINVAL || error == ENOSYS || error == EOPNOTSUPP) return Outcome::unsupported;
  fail(error, "renameat2", dir, to);
}

bool rename_after_look(const Dir& dir, const std::string& from, const std::string& to) {
  const struct stat source = status_of(dir, from, "renameat");
  if (dir.exists(to)) return false;
  if (!S_ISDIR(source.st_mode)) {
    const Outcome outcome = try_link(dir, from, to);
    if (outcome == Outcome::exists) return false;
    if (outcome == Outcome::created) return dir.remove_file(from), true;
  }
  try {
    rename_over(dir, from, to, source);
  } catch (const Error& error) {
    const int number = error.system_errno();
    if (number == EEXIST || number == ENOTEMPTY || number == ENOTDIR || number == EISDIR)
      if (dir.exists(to)) return false;
    throw;
  }
  return true;
}

bool create_in_place(const Dir& dir, const std::string& to, std::string_view bytes,
                     const WriteOptions& options) {
  Fd fd;
  try {
    fd = dir.open_file(to, O_WRONLY | O_CREAT | O_EXCL, options.mode);
  } catch (const Error& error) {
    if (error.system_errno() == EEXIST) return false;
    throw;
  }
  try {
    write_all(fd.get(), bytes, join_path(dir.path(), to));
    if (options.durable) sync_descriptor(fd.get(), join_path(dir.path(), to));
  } catch (...) {
    ::unlinkat(dir.fd(), to.c_str(), 0); // nothing half-made stays visible
    throw;
  }
  return true;
}

void Dir::write_file(const std::string& name, std::string_view bytes, WriteOptions options) const {
  const Dir dir = open_holder_of(name);
  const std::string last = base_name(name);
  TemporaryFile file(dir, bytes, options);
  rename_over(dir, file.name(), last, file.status());
  file.moved_away();
  if (options.durable) dir.sync();
}

bool Dir::link_new_file(const std::string& name, std::string_view bytes,
                        WriteOptions options) const {
  const Dir dir = open_holder_of(name);
  const std::string last = base_name(name);
  TemporaryFile file(dir, bytes, options);
  const Outcome outcome = try_link(dir, file.name(), last);
  bool created = outcome == Outcome::created;
  if (outcome == Outcome::unsupported) created = move_into_place(dir, file, last, bytes, options);
  if (created && options.durable) dir.sync();
  return created;
}

void Dir::replace_symlink(const std::string& target, const std::string& name) const {
  const Dir dir = open_holder_of(name);
  const std::string last = base_name(name);
  const std::string temporary = temporary_name();
  dir.make_symlink(target, temporary);
  try {
    rename_over(dir, temporary, last, status_of(dir, temporary, "renameat"));
  } catch (...) {
    ::unlinkat(dir.fd(), temporary.c_str(), 0);
    throw;
  }
}

void Dir::rename(const std::string& from, const std::string& to) const {
  check_name(from);
  check_name(to);
  rename_over(*this, from, to, status_of(*this, from, "renameat"));
}

bool Dir::rename_new(const std::string& from, const std::string& to) const {
  check_name(from);
  check_name(to);
  const Outcome outcome = try_rename_new(*this, from, to);
  if (outcome == Outcome::unsupported) return rename_after_look(*this, from, to);
  return outcome == Outcome::created;
}

// Staging

Staging::Staging(const Dir& parent) : parent_(parent.duplicate()), name_(temporary_name()) {
  while (!parent_->make_new_dir(name_, 0700))
    name_ = temporary_name();
  try {
    dir_ = parent_->open_dir(name_);
  } catch (...) {
    ::unlinkat(parent_->fd(), name_.c_str(), AT_REMOVEDIR);
    throw;
  }
}

Staging::Staging(Staging&& other) noexcept
    : parent_(std::exchange(other.parent_, std::nullopt)),
      dir_(std::exchange(other.dir_, std::nullopt)), name_(std::move(other.name_)) {}

Staging::~Staging() {
  if (!dir_) return;
  try {
    dir_.reset();
    parent_->remove_tree(name_);
  } catch (...) { // NOLINT(bugprone-empty-catch): what stays has a temporary name, which gc removes
  }
}

bool Staging::publish(const std::string& name) && {
  if (!parent_->rename_new(name_, name)) return false;
  dir_.reset();
  return true;
}

} // namespace hdist
