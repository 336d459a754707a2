// Dir::remove_tree. Neither the stack nor the descriptors grow with the depth of the tree. Several
// processes may remove one tree at once, and a program that is still dying may add to it: then
// everything is looked at again.
#include "base/descent.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/names.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace hdist {

namespace {

[[noreturn]] void fail(const char* call, const Dir& dir, const std::string& name) {
  const int error = errno;
  throw system_error(error, call, join_path(dir.path(), name));
}

/// False when it is a directory.
bool remove_non_directory(const Dir& dir, const std::string& name) {
  if (::unlinkat(dir.fd(), name.c_str(), 0) == 0 || errno == ENOENT) return true;
  const int error = errno; // EISDIR on Linux, EPERM elsewhere: look instead
  const std::optional<struct stat> status = dir.stat(name);
  if (!status) return true;
  if (S_ISDIR(status->st_mode)) return false;
  errno = error;
  fail("unlinkat", dir, name);
}

/// With all rights of its owner; nullopt when it is no directory, or no longer there.
std::optional<Dir> open_to_empty(const Dir& parent, const std::string& name) {
  const std::optional<struct stat> status = parent.stat(name);
  if (!status || !S_ISDIR(status->st_mode)) return std::nullopt;
  if ((status->st_mode & S_IRWXU) != S_IRWXU) {
    try {
      parent.set_mode(name, (status->st_mode & 07777) | S_IRWXU);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): not ours; what follows says what is
                             // not allowed
    }
  }
  return parent.open_dir_if_exists(name);
}

std::vector<Entry> entries_of(const Dir& dir) {
  try {
    return dir.list();
  } catch (const Error& error) {
    if (error.system_errno() == ENOENT) return {}; // removed while open
    throw;
  }
}

class Removal {
public:
  explicit Removal(const Dir& holder) : descent_(holder) {}

  void run(const std::string& name) {
    enter(name);
    while (!levels_.empty()) {
      std::vector<std::string>& directories = levels_.back().directories;
      if (directories.empty()) {
        leave();
      } else {
        const std::string next = std::move(directories.back());
        directories.pop_back();
        enter(next);
      }
    }
  }

private:
  struct Level {
    std::string name;
    std::vector<std::string> directories; // still to be removed
  };

  void enter(const std::string& name) {
    std::optional<Dir> dir = open_to_empty(descent_.here(), name);
    if (!dir) {
      if (!remove_non_directory(descent_.here(), name)) enter(name); // it became one just now
      return;
    }
    Level level{name, {}};
    for (Entry& entry : entries_of(*dir))
      if (entry.type == EntryType::directory || !remove_non_directory(*dir, entry.name))
        level.directories.push_back(std::move(entry.name));
    levels_.push_back(std::move(level));
    descent_.down(std::move(*dir));
  }

  void leave() {
    const std::string name = std::move(levels_.back().name);
    levels_.pop_back();
    descent_.up();
    const Dir& parent = descent_.here();
    if (::unlinkat(parent.fd(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
      fail("unlinkat", parent, name);
  }

  Descent descent_;
  std::vector<Level> levels_;
};

bool is_race(const Error& error) {
  const int number = error.system_errno();
  return number == ENOENT || number == ENOTEMPTY || number == EEXIST || number == ENOTDIR ||
         error.code() == "tree.moved" || error.code() == "file.is-link";
}

} // namespace

void Dir::remove_tree(const std::string& name) const {
  check_name(name);
  constexpr int kAttempts = 10;
  for (int attempt = 1; exists(name); ++attempt) {
    try {
      Removal(open_holder_of(name)).run(base_name(name));
      return;
    } catch (const Error& error) {
      if (attempt == kAttempts || !is_race(error)) throw;
    }
  }
}

} // namespace hdist
