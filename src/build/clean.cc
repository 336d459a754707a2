#include "build/clean.h"

#include "base/error.h"
#include "base/path.h"
#include "base/tree.h"
#include "base/trial_dir.h"
#include "build/build_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace hdist {

namespace {

void clean_directories(const CleanOptions& options, std::vector<CleanedBuild>& cleaned) {
  std::optional<Dir> parent = Dir::open_if_exists(options.temp_dir);
  if (!parent) return;
  for (const StaleBuild& build :
       stale_build_dirs(*parent, options.keep_failed, options.keep_logs_s, options.now_s)) {
    cleaned.push_back({.path = join_path(parent->path(), build.name),
                       .what = build.what,
                       .size_bytes = size_of_tree(*parent, build.name)});
    if (!options.dry_run) parent->remove_tree(build.name);
  }
  for (const std::string& name : dead_trials(*parent)) {
    cleaned.push_back({.path = join_path(parent->path(), name),
                       .what = "trial of a dead process",
                       .size_bytes = size_of_tree(*parent, name)});
    if (!options.dry_run) remove_dead_trial(*parent, name);
  }
}

int64_t time_of(const CleanOptions& options) {
  return options.now_s != 0 ? options.now_s : static_cast<int64_t>(std::time(nullptr));
}

/// Each command that may build sets the mode of its place, which is seen in the status. As long as
/// systems keep what lies in /tmp: who holds such a place open for longer has lost it anyway.
bool is_unused_place(const Dir& parent, const Entry& entry, const CleanOptions& options) {
  constexpr int64_t kUnusedSeconds = int64_t{10} * 86'400;
  constexpr std::size_t kHash = 12;
  if (entry.type != EntryType::directory || !entry.name.starts_with(options.temp_prefix) ||
      entry.name.size() != options.temp_prefix.size() + kHash)
    return false;
  const std::optional<struct stat> status = parent.stat(entry.name);
  return status && status->st_uid == ::geteuid() &&
         time_of(options) - std::max(status->st_ctim.tv_sec, status->st_mtim.tv_sec) >
             kUnusedSeconds &&
         parent.open_dir(entry.name).list().empty();
}

void clean_unused_places(const CleanOptions& options, std::vector<CleanedBuild>& cleaned) {
  if (options.temp_prefix.empty()) return;
  const std::optional<Dir> parent = Dir::open_if_exists(parent_path(options.temp_dir));
  if (!parent) return;
  for (const Entry& entry : parent->list()) {
    if (!is_unused_place(*parent, entry, options)) continue;
    // It is no error when it is in use again by now.
    if (!options.dry_run && ::unlinkat(parent->fd(), entry.name.c_str(), AT_REMOVEDIR) != 0)
      continue;
    cleaned.push_back(
        {.path = join_path(parent->path(), entry.name), .what = "unused place for builds"});
  }
}

void clean_logs(const CleanOptions& options, std::vector<CleanedBuild>& cleaned) {
  std::optional<Dir> logs = Dir::open_if_exists(options.log_dir);
  if (!logs || options.keep_logs_s < 0) return;
  const int64_t now_s = time_of(options);
  for (const Entry& entry : logs->list()) {
    std::optional<struct stat> status = logs->stat(entry.name);
    bool is_log = entry.type == EntryType::file && entry.name.ends_with(".log");
    if (!is_log || !status || status->st_uid != ::geteuid()) continue;
    if (now_s - status->st_mtim.tv_sec < options.keep_logs_s) continue;
    cleaned.push_back({.path = join_path(logs->path(), entry.name),
                       .what = "old log",
                       .size_bytes = status->st_size});
    if (!options.dry_run) logs->remove_file(entry.name);
  }
}

} // namespace

std::vector<CleanedBuild> clean_builds(const CleanOptions& options) {
  std::vector<CleanedBuild> cleaned;
  clean_directories(options, cleaned);
  clean_unused_places(options, cleaned);
  clean_logs(options, cleaned);
  return cleaned;
}

} // namespace hdist
