#include "base/parallel.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace hdist {

namespace {

constexpr int64_t kLargestFile = 1 << 20;

/// Processors of the affinity mask. The set grows until the kernel's fits: it may have more than
/// CPU_SETSIZE.
int affinity_cpus() {
  for (std::size_t count = CPU_SETSIZE; count <= (std::size_t{1} << 20); count *= 2) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(
        CPU_ALLOC(count), [](cpu_set_t* memory) { CPU_FREE(memory); });
    if (!set) break;
    const std::size_t size = CPU_ALLOC_SIZE(count);
    if (::sched_getaffinity(0, size, set.get()) == 0)
      return std::max(CPU_COUNT_S(size, set.get()), 1);
    if (errno != EINVAL) break;
  }
  return static_cast<int>(std::max(std::thread::hardware_concurrency(), 1U));
}

/// Without its last newline; nullopt when it cannot be read, whatever the reason: a limit that is
/// not told is none.
std::optional<std::string> text_of(const Dir& dir, const std::string& name) {
  try {
    const std::optional<std::string> bytes = dir.read_file_if_exists(name, kLargestFile);
    if (bytes) return std::string(trim(*bytes));
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): see above
  }
  return std::nullopt;
}

std::optional<int> processors(std::optional<int64_t> quota, std::optional<int64_t> period) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  const int64_t rounded_up = *quota / *period + (*quota % *period == 0 ? 0 : 1);
  return static_cast<int>(std::min<int64_t>(rounded_up, std::numeric_limits<int>::max()));
}

/// cgroup v2: "QUOTA PERIOD" or "max PERIOD", in microseconds.
std::optional<int> limit_v2(const Dir& root, const std::string& group) {
  const std::optional<std::string> text = text_of(root, join_path(group, "cpu.max"));
  const std::vector<std::string> words = split_words(text.value_or(""));
  if (words.size() != 2) return std::nullopt;
  return processors(parse_int(words[0]), parse_int(words[1]));
}

/// cgroup v1: the quota is -1 where there is none.
std::optional<int> limit_v1(const Dir& root, const std::string& group) {
  const std::optional<std::string> quota = text_of(root, join_path(group, "cpu.cfs_quota_us"));
  const std::optional<std::string> period = text_of(root, join_path(group, "cpu.cfs_period_us"));
  if (!quota || !period) return std::nullopt;
  return processors(parse_int(*quota), parse_int(*period));
}

void lower(std::optional<int>& limit, std::optional<int> other) {
  if (other && (!limit || *other < *limit)) limit = other;
}

/// The line "ID:CONTROLLERS:PATH" of /proc/self/cgroup as the folder where the controller is
/// mounted.
std::optional<std::string> mount_of(const std::string& id, const std::string& controllers) {
  if (id == "0" && controllers.empty()) return "sys/fs/cgroup";
  const std::vector<std::string> names = split(controllers, ',');
  if (std::find(names.begin(), names.end(), "cpu") == names.end()) return std::nullopt;
  return "sys/fs/cgroup/" + controllers;
}

/// The group and all above it. In a container the path may not exist below the mount; the mount
/// itself does.
std::optional<int> limit_of_group(const Dir& root, const std::string& mount, std::string path) {
  std::optional<int> limit;
  for (;;) {
    const std::string group = path == "/" ? mount : mount + path;
    lower(limit, limit_v2(root, group));
    lower(limit, limit_v1(root, group));
    if (path == "/") return limit;
    path = parent_path(path);
  }
}

/// What the threads of one parallel_for share.
class Work {
public:
  Work(std::size_t count, const std::function<void(std::size_t)>& work)
      : count_(count), work_(work) {}

  void run() noexcept {
    for (std::size_t i = next_++; i < count_ && !failed_; i = next_++) {
      try {
        work_(i);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failed_) error_ = std::current_exception();
        failed_ = true;
      }
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

private:
  std::size_t count_;
  const std::function<void(std::size_t)>& work_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::exception_ptr error_;
};

} // namespace

std::optional<int> cgroup_cpu_limit(const std::string& root_path) {
  const std::optional<Dir> root = Dir::open_if_exists(root_path);
  if (!root) return std::nullopt;
  std::optional<int> limit;
  for (const std::string& line : split(text_of(*root, "proc/self/cgroup").value_or(""), '\n')) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::optional<std::string> mount =
        mount_of(line.substr(0, first), line.substr(first + 1, second - first - 1));
    // "/../other": outside of the cgroup namespace, so only the mount can be read.
    std::string path = normal_path("/" + line.substr(second + 1));
    if (mount) lower(limit, limit_of_group(*root, *mount, std::move(path)));
  }
  return limit;
}

int available_cpus() {
  std::optional<int> cpus = affinity_cpus();
  lower(cpus, cgroup_cpu_limit());
  const char* slurm = std::getenv("SLURM_CPUS_ON_NODE");
  const std::optional<int64_t> allocated = parse_int(slurm == nullptr ? "" : slurm);
  if (allocated && *allocated > 0 && *allocated < *cpus) cpus = static_cast<int>(*allocated);
  return std::max(*cpus, 1);
}

void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  const std::size_t wanted = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
  Work shared(count, work);
  {
    std::vector<std::jthread> others; // joined at the end of the block
    others.reserve(wanted);
    try {
      while (others.size() + 1 < wanted)
        others.emplace_back([&shared] { shared.run(); });
    } catch (const std::system_error&) { // NOLINT(bugprone-empty-catch): no more threads; go on
                                         // with these
    }
    shared.run();
  }
  shared.rethrow();
}

} // namespace hdist
