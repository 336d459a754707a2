#include "build/find_log.h"

#include "base/error.h"
#include "base/path.h"
#include "build/build_dir.h"
#include "build/build_log.h"
#include "data/compress.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

namespace hdist {

namespace {

constexpr std::string_view kLogEnding = ".log";
constexpr std::size_t kHash = 12;

std::optional<FoundLog> log_called(const Dir& dir, const std::string& file,
                                   const std::string& build) {
  const std::optional<struct stat> info = dir.stat(file);
  if (!info || !S_ISREG(info->st_mode) || info->st_uid != ::geteuid()) return std::nullopt;
  if (build.size() < kHash + 2 || build[build.size() - kHash - 1] != '-') return std::nullopt;
  FoundLog log;
  log.name = build.substr(0, build.size() - kHash - 1);
  log.hash12 = build.substr(build.size() - kHash);
  log.path = join_path(dir.path(), file);
  log.time_ns = written_at_ns(*info);
  return log;
}

bool is_same_build(const FoundLog& a, const FoundLog& b) {
  return a.name == b.name && a.hash12 == b.hash12;
}

void add_failed(std::vector<FoundLog>& logs, std::optional<FoundLog> log) {
  if (!log) return;
  log->state = LogState::failed;
  const bool known = std::any_of(logs.begin(), logs.end(), [&](const FoundLog& other) {
    return other.state == LogState::failed && is_same_build(other, *log);
  });
  if (!known) logs.push_back(std::move(*log));
}

void add_kept(const std::string& log_dir, std::vector<FoundLog>& logs) {
  const std::optional<Dir> dir = Dir::open_if_exists(log_dir);
  if (!dir) return;
  for (const Entry& entry : dir->list())
    if (entry.name.ends_with(kLogEnding))
      add_failed(logs, log_called(*dir, entry.name,
                                  entry.name.substr(0, entry.name.size() - kLogEnding.size())));
}

void add_build_dirs(const std::string& temp_dir, std::vector<FoundLog>& logs) {
  const std::optional<Dir> parent = Dir::open_if_exists(temp_dir);
  if (!parent) return;
  for (const FoundBuildDir& build : build_dirs(*parent)) {
    const std::optional<Dir> dir = parent->open_dir_if_exists(build.name);
    if (!dir) continue;
    // <name>-<hash12>-<random>
    const std::string name = build.name.substr(0, build.name.rfind('-'));
    std::optional<FoundLog> log = log_called(*dir, BuildLog::kPlain, name);
    if (build.state == FoundBuildDir::State::failed)
      add_failed(logs, std::move(log));
    else if (build.state == FoundBuildDir::State::running && log)
      logs.push_back(std::move(*log));
  }
}

bool comes_first(const FoundLog& a, const FoundLog& b) {
  const bool a_runs = a.state == LogState::running, b_runs = b.state == LogState::running;
  return a_runs != b_runs ? a_runs : a.time_ns > b.time_ns;
}

/// Hands lines on, without the time before each when it is not wanted.
class LineFilter {
public:
  LineFilter(bool times, const std::function<void(std::string_view)>& sink)
      : times_(times), sink_(sink) {}

  void take(std::string_view piece) {
    if (times_) return sink_(piece);
    while (!piece.empty()) {
      const std::size_t end = piece.find(in_time_ ? ' ' : '\n');
      const std::string_view part = piece.substr(0, end == piece.npos ? end : end + 1);
      if (!in_time_) sink_(part);
      if (end != piece.npos) in_time_ = !in_time_;
      piece.remove_prefix(part.size());
    }
  }

private:
  bool times_;
  bool in_time_ = true;
  const std::function<void(std::string_view)>& sink_;
};

std::size_t read_some(const Fd& file, const std::string& path, char* buffer, std::size_t size) {
  while (true) {
    const ssize_t done = ::read(file.get(), buffer, size);
    if (done >= 0) return static_cast<std::size_t>(done);
    if (errno != EINTR) throw_errno("read", path);
  }
}

void throw_if_stopped(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "log.interrupted", "interrupted");
}

/// Whether the build goes on that writes this open log: its directory is gone, or given up, when it
/// ends.
bool is_running(const std::string& build_dir) {
  const std::optional<Dir> parent = Dir::open_if_exists(parent_path(build_dir));
  return parent &&
         state_of_build_dir(*parent, base_name(build_dir)) == FoundBuildDir::State::running;
}

} // namespace

bool is_called(const std::string& name, const std::string& hash12, const std::string& word) {
  const std::size_t slash = word.find('/');
  if (name != word.substr(0, slash)) return false;
  if (slash == std::string::npos) return true;
  constexpr std::size_t kLeast = 4;
  const std::string hash = word.substr(slash + 1, hash12.size());
  return hash.size() >= kLeast && hash12.starts_with(hash);
}

int64_t written_at_ns(const struct stat& status) {
  constexpr int64_t kSecondNs = 1'000'000'000;
  return status.st_mtim.tv_sec * kSecondNs + status.st_mtim.tv_nsec;
}

std::vector<FoundLog> recent_logs(const std::string& temp_dir, const std::string& log_dir) {
  std::vector<FoundLog> logs;
  if (!log_dir.empty()) add_kept(log_dir, logs);
  add_build_dirs(temp_dir, logs);
  std::stable_sort(logs.begin(), logs.end(), comes_first);
  return logs;
}

bool read_log(const FoundLog& log, const LogOptions& options,
              const std::function<void(std::string_view)>& sink, const std::stop_token& stop) {
  const std::optional<Dir> dir = Dir::open_if_exists(parent_path(log.path));
  if (!dir) return false;
  Fd file;
  try {
    file = dir->open_file(base_name(log.path), O_RDONLY);
  } catch (const Error& error) {
    if (error.system_errno() != ENOENT) throw;
    return false;
  }
  if (log.compressed) {
    LineFilter filter(options.times, sink);
    zstd_decompress(
        [&](char* buffer, std::size_t size) { return read_some(file, log.path, buffer, size); },
        [&](std::string_view piece) {
          throw_if_stopped(stop);
          filter.take(piece);
        });
    return true;
  }
  std::string buffer(1 << 16, '\0');
  bool last_look = !options.follow || log.state != LogState::running;
  while (true) {
    throw_if_stopped(stop);
    const std::size_t size = read_some(file, log.path, buffer.data(), buffer.size());
    if (size > 0) {
      sink({buffer.data(), size});
      continue;
    }
    if (last_look) return true;
    constexpr std::chrono::milliseconds kPause{100};
    std::this_thread::sleep_for(kPause);
    last_look = !is_running(dir->path()); // what it wrote before that is still to be read
  }
}

} // namespace hdist
