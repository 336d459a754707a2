#include "base/tree.h"

#include "base/copy.h"
#include "base/descent.h"
#include "base/error.h"
#include "base/names.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <map>
#include <set>
#include <utility>

namespace hdist {

namespace {

[[noreturn]] void fail(const char* call, const Dir& dir, const std::string& name) {
  const int error = errno;
  throw system_error(error, call, join_path(dir.path(), name));
}

EntryType type_of(mode_t mode) {
  if (S_ISREG(mode)) return EntryType::file;
  if (S_ISDIR(mode)) return EntryType::directory;
  return S_ISLNK(mode) ? EntryType::symlink : EntryType::other;
}

TreeEntry entry_at(const Dir& dir, const std::string& name, std::string path) {
  const std::optional<struct stat> status = dir.stat(name);
  if (!status) throw system_error(ENOENT, "fstatat", join_path(dir.path(), name));
  TreeEntry entry{std::move(path), type_of(status->st_mode), *status, {}};
  if (entry.type == EntryType::symlink) entry.target = dir.read_link(name).value_or("");
  return entry;
}

/// The entries of one directory, and how far the walk is in them.
struct WalkLevel {
  std::vector<Entry> entries;
  std::size_t next = 0;
  std::size_t path_size = 0; // of the path of this directory below the root
};

std::array<timespec, 2> times_of(const struct stat& status) {
  return {status.st_atim, status.st_mtim};
}

Fd open_regular(const Dir& dir, const std::string& name) {
  Fd fd = dir.open_file(name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) fail("fstat", dir, name);
  if (S_ISREG(status.st_mode)) return fd;
  throw Error(
      ErrorKind::failed, "file.not-regular",
      fmt::format("{} is no regular file: expected one to copy", join_path(dir.path(), name)));
}

} // namespace

// The mode comes last: writing drops set-id bits.
void copy_file(const Dir& from, const std::string& name, const Dir& to, const std::string& to_name,
               mode_t mode) {
  const Fd source = open_regular(from, name);
  struct stat status {};
  if (::fstat(source.get(), &status) != 0) fail("fstat", from, name);
  const Fd target = to.open_file(to_name, O_WRONLY | O_CREAT | O_EXCL, 0600);
  copy_content(source.get(), target.get(), join_path(to.path(), to_name));
  if (::fchmod(target.get(), mode) != 0) fail("fchmod", to, to_name);
  if (::futimens(target.get(), times_of(status).data()) != 0) fail("futimens", to, to_name);
}

namespace {

void copy_symlink(const TreeEntry& entry, const std::string& name, const Dir& to) {
  to.make_symlink(entry.target, name);
  const int result =
      ::utimensat(to.fd(), name.c_str(), times_of(entry.stat).data(), AT_SYMLINK_NOFOLLOW);
  if (result != 0 && errno != ENOSYS && errno != EOPNOTSUPP) fail("utimensat", to, name);
}

/// Copies beside one another: where the walk is in the source, the other descent is in the copy.
class TreeCopy {
public:
  TreeCopy(const Dir& from, const Dir& to) : from_(from), to_(to) {}

  void run() {
    levels_.push_back({from_.here().list(), 0, {}});
    for (;;) {
      Level& level = levels_.back();
      if (level.next < level.entries.size()) {
        const std::string name = level.entries[level.next++].name;
        copy(name);
      } else if (levels_.size() > 1) {
        leave();
      } else {
        return;
      }
    }
  }

private:
  struct Level {
    std::vector<Entry> entries;
    std::size_t next = 0;
    struct stat stat {};
  };

  void copy(const std::string& name) {
    const Dir& from = from_.here();
    const Dir& to = to_.here();
    const TreeEntry entry = entry_at(from, name, name);
    switch (entry.type) {
    case EntryType::file:
      return copy_file(from, name, to, name, entry.stat.st_mode & 07777);
    case EntryType::symlink:
      return copy_symlink(entry, name, to);
    case EntryType::directory:
      return enter(name, entry.stat);
    case EntryType::other:
      break;
    }
    throw Error(ErrorKind::failed, "tree.special-file",
                fmt::format("{} cannot be copied: expected a file, a directory or a symbolic link",
                            join_path(from.path(), name)));
  }

  void enter(const std::string& name, const struct stat& status) {
    Dir source = from_.here().open_dir(name);
    Dir target = to_.here().make_dir(name, 0700);
    levels_.push_back({source.list(), 0, status});
    from_.down(std::move(source));
    to_.down(std::move(target));
  }

  /// Mode and times of a directory come after its content, which changes the one and may need the
  /// other.
  void leave() {
    const struct stat& status = levels_.back().stat;
    const Dir& target = to_.here();
    const std::array<timespec, 2> times = times_of(status);
    if (::futimens(target.fd(), times.data()) != 0) fail("futimens", target, ".");
    const Dir copy = target.duplicate();
    const mode_t mode = status.st_mode & 07777;
    levels_.pop_back();
    from_.up();
    to_.up(); // needs rights that the mode may take away
    if (::fchmod(copy.fd(), mode) != 0) fail("fchmod", copy, ".");
  }

  Descent from_;
  Descent to_;
  std::vector<Level> levels_;
};

using Inode = std::pair<dev_t, ino_t>;

Inode inode_of(const struct stat& status) {
  return {status.st_dev, status.st_ino};
}

mode_t protected_mode(const struct stat& status) {
  return (status.st_mode & 0111) != 0 ? 0555 : 0444;
}

void ensure_mode(const Dir& parent, const TreeEntry& entry, mode_t mode) {
  if ((entry.stat.st_mode & 07777) != mode) parent.set_mode(base_name(entry.path), mode);
}

/// A file that has a name outside of the tree gets an inode of its own: neither may the mode be
/// changed there, nor may the content be changed from there.
void separate(const Dir& parent, const TreeEntry& entry) {
  const std::string name = base_name(entry.path);
  const std::string temporary = temporary_name();
  try {
    copy_file(parent, name, parent, temporary, protected_mode(entry.stat));
    parent.rename(temporary, name);
  } catch (...) {
    ::unlinkat(parent.fd(), temporary.c_str(), 0);
    throw;
  }
}

} // namespace

void walk_tree(const Dir& root,
               const std::function<void(const Dir& parent, const TreeEntry&)>& visit,
               const std::function<bool(const TreeEntry&)>& enter) {
  Descent descent(root);
  std::vector<WalkLevel> levels;
  std::string path;
  levels.push_back({root.list(), 0, 0});
  while (!levels.empty()) {
    WalkLevel& level = levels.back();
    if (level.next == level.entries.size()) {
      levels.pop_back();
      if (!levels.empty()) descent.up();
      continue;
    }
    const std::string& name = level.entries[level.next++].name;
    path.resize(level.path_size);
    if (!path.empty()) path += '/';
    path += name;
    const TreeEntry entry = entry_at(descent.here(), name, path);
    visit(descent.here(), entry);
    if (entry.type != EntryType::directory || (enter && !enter(entry))) continue;
    Dir child = descent.here().open_dir(name);
    levels.push_back({child.list(), 0, path.size()});
    descent.down(std::move(child));
  }
}

void copy_tree(const Dir& from, const Dir& to) {
  TreeCopy(from, to).run();
}

void protect_tree(const Dir& root) {
  if (::fchmod(root.fd(), 0755) != 0) fail("fchmod", root, ".");
  std::map<Inode, nlink_t> linked; // files with several names: how many of them are in the tree
  walk_tree(root, [&](const Dir& parent, const TreeEntry& entry) {
    if (entry.type == EntryType::directory) {
      ensure_mode(parent, entry, 0755); // before it is entered
    } else if (entry.type == EntryType::file && entry.stat.st_nlink > 1) {
      ++linked[inode_of(entry.stat)];
    } else if (entry.type == EntryType::file) {
      ensure_mode(parent, entry, protected_mode(entry.stat));
    }
  });
  if (linked.empty()) return;
  // Judged by the counts of the first walk, because separating one name changes the count of the
  // others.
  std::map<Inode, bool> outside;
  walk_tree(root, [&](const Dir& parent, const TreeEntry& entry) {
    const Inode inode = inode_of(entry.stat);
    const auto found = linked.find(inode);
    if (entry.type != EntryType::file || found == linked.end()) return;
    const bool separated =
        outside.try_emplace(inode, entry.stat.st_nlink > found->second).first->second;
    if (separated) {
      separate(parent, entry);
    } else {
      ensure_mode(parent, entry, protected_mode(entry.stat));
    }
  });
}

TreeSize measure_tree(const Dir& parent, const std::string& name) {
  TreeSize size;
  std::set<std::pair<dev_t, ino_t>> seen; // with several names
  const auto add = [&](const struct stat& status) {
    if (status.st_nlink > 1 && !seen.emplace(status.st_dev, status.st_ino).second) return;
    size.bytes += S_ISREG(status.st_mode) ? status.st_size : 0;
    ++size.files;
  };
  const std::optional<struct stat> status = parent.stat(name);
  if (!status) return size;
  if (!S_ISDIR(status->st_mode)) {
    add(*status);
    return size;
  }
  try {
    walk_tree(parent.open_dir(name), [&](const Dir&, const TreeEntry& entry) {
      if (entry.type != EntryType::directory) add(entry.stat);
    });
  } catch (const Error&) { // closed to us, or somebody removes it meanwhile
  }
  return size;
}

} // namespace hdist
