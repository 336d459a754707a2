// Who belongs to a run when its supervisors are gone: whoever has the run's token in the
// environment it was started with.
//
// One look at all processes that finds nobody proves little: a process may flee (start a successor
// and end between being listed and being looked at), and while one executes a program there is a
// moment in which its environment reads as empty. So each pass looks at the newest processes first,
// which leaves those that flee the least time, and the end is two passes in which every process on
// the list could be judged. A busy machine never grants that; there, many passes without a find do.
#include "base/error.h"
#include "base/process.h"
#include "base/text.h"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <set>
#include <thread>

namespace hdist {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{30};
constexpr uint64_t kKernelThread = 0x00200000; // PF_KTHREAD in field "flags" of stat

constexpr int kEmptyPasses = 20;

Fd open_proc(const std::string& pid, const char* name) {
  return Fd(
      ::open(("/proc/" + pid + (pid.empty() ? "" : "/") + name).c_str(), O_RDONLY | O_CLOEXEC));
}

/// As much as can be read.
std::string content(const Fd& file) {
  std::string text;
  std::vector<char> buffer(16384);
  for (ssize_t size; (size = ::read(file.get(), buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(size));
  return text;
}

/// Its environment reads as empty: is that only because it is just executing a program, or ending?
bool is_in_between(const std::string& pid) {
  const std::string stat = content(open_proc(pid, "stat"));
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return false; // it has ended
  const std::vector<std::string> fields = split_words(std::string_view(stat).substr(name_end + 1));
  if (fields.size() < 49 || fields[0] == "Z" || fields[0] == "X") return false; // [0] is field 3
  const auto flags = static_cast<uint64_t>(parse_int(fields[6]).value_or(0));
  return (flags & kKernelThread) == 0 && fields[48] == "0"; // env_end; set late in execve
}

enum class Belongs { yes, no, unclear };

Belongs judge(const std::string& pid, const std::string& entry) {
  const Fd file = open_proc(pid, "environ");
  // Gone, or of another user.
  if (!file) return errno == EACCES || errno == EPERM ? Belongs::no : Belongs::unclear;
  const std::string text = '\0' + content(file) + '\0'; // each entry between two NULs
  if (text.size() == 2) return is_in_between(pid) ? Belongs::unclear : Belongs::no;
  return text.find('\0' + entry + '\0') == std::string::npos ? Belongs::no : Belongs::yes;
}

/// All process numbers, the latest given first.
std::vector<int64_t> newest_first() {
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
  if (!proc) throw_errno("opendir", "/proc");
  std::vector<int64_t> pids;
  while (const struct dirent* item = ::readdir(proc.get()))
    if (const std::optional<int64_t> pid = parse_int(item->d_name); pid && *pid > 0)
      pids.push_back(*pid);
  // The last word is the number given last; when numbers are used up, they start again from below.
  const std::vector<std::string> load = split_words(content(open_proc("", "loadavg")));
  const int64_t last = load.empty() ? INT64_MAX / 2 : parse_int(load.back()).value_or(0);
  const auto age = [last](int64_t pid) {
    return pid <= last ? last - pid : last - pid + (1 << 30);
  };
  std::sort(pids.begin(), pids.end(), [&](int64_t a, int64_t b) { return age(a) < age(b); });
  return pids;
}

struct Pass {
  std::vector<int64_t> found;
  std::size_t unclear = 0;
};

/// One look at all processes; kills those with `entry` unless `dry_run`.
Pass pass_over_all(const std::string& entry, bool dry_run) {
  Pass pass;
  for (const int64_t pid : newest_first()) {
    if (pid == ::getpid()) continue;
    // First hold the process, then look: its number could pass to another one in between.
    const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)));
    const Belongs belongs = pidfd ? judge(std::to_string(pid), entry) : Belongs::unclear;
    if (belongs == Belongs::unclear) ++pass.unclear;
    if (belongs != Belongs::yes) continue;
    if (dry_run || ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0) == 0)
      pass.found.push_back(pid);
  }
  return pass;
}

Error unkillable(const std::string& token, std::size_t count) {
  return {ErrorKind::failed, "process.unkillable",
          fmt::format("{} processes of the run {} did not end within {} s after SIGKILL", count,
                      token, kPatience.count())};
}

} // namespace

int kill_by_token(const std::string& token, bool dry_run) {
  if (token.empty()) return 0; // not: whoever has an empty one
  const std::string entry = "HDIST_RUN_TOKEN=" + token;
  const auto deadline = Clock::now() + kPatience;
  std::set<int64_t> killed;
  int empty = 0; // passes in a row that found nobody
  int clean = 0; // and in which all were judged
  while (clean < 2 && empty < kEmptyPasses) {
    const Pass pass = pass_over_all(entry, dry_run);
    if (dry_run && !pass.found.empty()) return static_cast<int>(pass.found.size());
    killed.insert(pass.found.begin(), pass.found.end());
    empty = pass.found.empty() ? empty + 1 : 0;
    clean = empty > 0 && pass.unclear == 0 ? clean + 1 : 0;
    if (empty == 0 && Clock::now() > deadline) throw unkillable(token, pass.found.size());
    if (clean == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return static_cast<int>(killed.size());
}

} // namespace hdist
