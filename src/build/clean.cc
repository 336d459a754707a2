#include "build/clean.h"

#include "base/error.h"
#include "base/path.h"
#include "base/tree.h"
#include "base/trial_dir.h"
#include "build/build_dir.h"

#include <unistd.h>

#include <ctime>

namespace hdist {

namespace {

void clean_directories(const CleanOptions& options, std::vector<CleanedBuild>& cleaned) {
  std::optional<Dir> parent = Dir::open_if_exists(options.temp_dir);
  if (!parent) return;
  for (const StaleBuild& build : stale_build_dirs(*parent, options.keep_failed)) {
    cleaned.push_back({.path = join_path(parent->path(), build.name),
                       .what = build.failed ? "failed build" : "build of a dead process",
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

void clean_logs(const CleanOptions& options, std::vector<CleanedBuild>& cleaned) {
  std::optional<Dir> logs = Dir::open_if_exists(options.log_dir);
  if (!logs || options.keep_logs_s < 0) return;
  int64_t now_s = options.now_s != 0 ? options.now_s : static_cast<int64_t>(std::time(nullptr));
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
  clean_logs(options, cleaned);
  return cleaned;
}

} // namespace hdist
