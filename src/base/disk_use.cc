#include "base/disk_use.h"

#include "base/dir.h"
#include "base/error.h"

#include <sys/stat.h>

#include <optional>
#include <set>
#include <utility>

namespace hdist {

namespace {

constexpr int64_t kBlock = 512; // of st_blocks, whatever the file system's own are

class Counting {
public:
  void add(const Dir& dir) {
    for (const Entry& entry : dir.list()) {
      const std::optional<struct stat> status = dir.stat(entry.name);
      if (!status) continue;
      if (S_ISDIR(status->st_mode)) {
        use_.size_bytes += status->st_blocks * kBlock;
        enter(dir, entry.name);
      } else if (status->st_nlink < 2 || seen_.emplace(status->st_dev, status->st_ino).second) {
        use_.size_bytes += status->st_blocks * kBlock;
        ++use_.file_count;
      }
    }
  }

  DiskUse use() const { return use_; }

private:
  void enter(const Dir& dir, const std::string& name) {
    try {
      if (const std::optional<Dir> below = dir.open_dir_if_exists(name)) add(*below);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): others' may be closed
    }
  }

  DiskUse use_;
  std::set<std::pair<dev_t, ino_t>> seen_; // with several names
};

} // namespace

DiskUse disk_use(const std::string& path) {
  Counting counting;
  try {
    if (const std::optional<Dir> dir = Dir::open_if_exists(path)) counting.add(*dir);
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): nothing of it can be seen
  }
  return counting.use();
}

} // namespace hdist
