// clean.h: what builds leave outside of the store: kept directories and logs, removed when they are
// old.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hdist {

struct CleanOptions {
  std::string temp_dir;    // of build directories; only this user's are looked at
  std::string temp_prefix; // how names of such directories begin, one for each root; "": they are
                           // the user's own affair
  std::string log_dir;     // of failed builds
  int keep_failed = 3;     // build directories
  int64_t keep_logs_s = 2'592'000; // since the build failed; -1: for ever
  int64_t now_s = 0;               // the time; 0: the clock's
  bool dry_run = false;
};

struct CleanedBuild {
  std::string path;
  std::string what; // "failed build", "kept build", "build of a dead process", "trial of a dead
                    // process", "unused place for builds", "old log"
  int64_t size_bytes = 0;
};

/// Removes failed builds beyond the newest, builds and trials of processes that are dead, old logs,
/// and empty places for builds beside `temp_dir` whose roots are gone or have not built for long.
std::vector<CleanedBuild> clean_builds(const CleanOptions& options);

} // namespace hdist
