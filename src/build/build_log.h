// build_log.h: the output of one build: a plain file while it runs, zstd with times afterwards.
#pragma once

#include "base/dir.h"
#include "base/error.h"
#include "base/log.h"
#include "build/first_error.h"
#include "data/compress.h"

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// Writes build.log (as it came) and log.zst (each line after its second and a blank: "12.345 cc
/// -c a.c") into a directory, and tells Events each line. A disk that takes no more does not end
/// the job: lines are still remembered, and finish() throws. Not thread-safe.
class BuildLog {
public:
  static constexpr const char* kPlain = "build.log";
  static constexpr const char* kCompressed = "log.zst";

  /// `task` is the name of the build in events.
  BuildLog(const Dir& directory, std::string task, Events& events);
  ~BuildLog();
  BuildLog(const BuildLog&) = delete;
  BuildLog& operator=(const BuildLog&) = delete;

  void write(std::string_view bytes);
  /// "== <stage>: <command>"; what looks like an error before it was none.
  void begin_command(const std::string& stage, const std::string& command);
  void line(const std::string& text); // of our own
  /// No more is to come. Ends the compressed file. Throws, each time, what kept the files from
  /// being written whole.
  void finish();
  /// Copies of the two files, mode 0644 and 0444, complete or not there. finish() comes before.
  void save_plain(const Dir& to, const std::string& name) const;
  void save_compressed(const Dir& to, const std::string& name) const;

  std::vector<std::string> last_lines() const; // printable, at most 20
  std::optional<FoundError>
  first_error() const; // of the last command; printable; numbered in the whole log
  const std::string& path() const { return path_; } // of the plain file

private:
  void take_line(std::string_view text);
  void store(const Fd& file, std::string_view bytes);
  void save(const char* file, const Dir& to, const std::string& name, mode_t mode) const;

  Dir directory_;
  std::string task_;
  Events& events_;
  std::string path_;
  Fd plain_;
  Fd compressed_;
  std::unique_ptr<ZstdWriter> zstd_;
  std::string partial_; // of a line
  std::deque<std::string> last_;
  std::optional<Error> disk_error_; // the first; nothing was written after it
  FirstErrorFinder errors_;
  int64_t lines_ = 0;         // taken
  int64_t command_start_ = 0; // lines before the last command
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace hdist
