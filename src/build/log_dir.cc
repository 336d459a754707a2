#include "build/log_dir.h"

#include "base/dir.h"

#include <ctime>
#include <unistd.h>

namespace hdist {

namespace {

bool is_old(const struct stat& info, int64_t keep_s) {
  return info.st_uid == ::geteuid() && info.st_mtim.tv_sec < std::time(nullptr) - keep_s;
}

} // namespace

void prune_logs(const std::string& dir, int64_t keep_s) noexcept {
  if (keep_s < 0) return;
  try {
    std::optional<Dir> logs = Dir::open_if_exists(dir);
    if (!logs) return;
    for (const Entry& entry : logs->list()) {
      if (entry.type != EntryType::file || !entry.name.ends_with(".log")) continue;
      std::optional<struct stat> info = logs->stat(entry.name);
      if (info && is_old(*info, keep_s)) logs->remove_file(entry.name);
    }
  } catch (const std::exception&) {
    return;
  }
}

} // namespace hdist
