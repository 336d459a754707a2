// find_log.h: the logs of builds that run and of those that failed.
#pragma once

#include "base/dir.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

enum class LogState { running, failed, built };

struct FoundLog {
  std::string name;   // of the package
  std::string hash12; // of the artifact's id
  LogState state = LogState::running;
  std::string path;
  bool compressed = false; // zstd, each line after its second and a blank
  int64_t time_ns = 0;     // of the last line, nanoseconds since 1970
};

/// Whether "lua", "lua/ab12" (4 characters or more) or a full id means the build of
/// <name>/<hash12>.
bool is_called(const std::string& name, const std::string& hash12, const std::string& word);

/// When a file was written last.
int64_t written_at_ns(const struct stat& status);

/// Of this user's builds below `temp_dir` and in `log_dir`; running ones first, then the newest.
/// Folders that are not there hold none.
std::vector<FoundLog> recent_logs(const std::string& temp_dir, const std::string& log_dir);

struct LogOptions {
  bool times = false;  // each line after its second; a plain log has none
  bool follow = false; // of a running build: on until it ends
};
/// The text of a log in pieces, memory independent of its size. False, and no text, when it is gone
/// since it was found, as that of a build that ended is. Throws what reading throws, and
/// "interrupted" when it is stopped.
[[nodiscard]] bool read_log(const FoundLog& log, const LogOptions& options,
                            const std::function<void(std::string_view)>& sink,
                            const std::stop_token& stop);

} // namespace hdist
