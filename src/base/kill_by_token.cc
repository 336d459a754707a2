// Who belongs to a run when its supervisors are gone: whoever has the run's token in the
// environment it was started with.
//
// A process may flee: start a successor and end between being listed and being looked at. It is
// caught by chasing it. The kernel gives numbers in rising order and says which one it gave last,
// so after a look at all processes those that began meanwhile are known: the numbers in between.
// They are looked at too, and those that began meanwhile, until no number was given during a look.
//
// Nobody is overlooked then. Take a number that was given, but whose process could not be seen yet
// when it was looked for: its parent was in fork(2) then, alive, and had been looked for before.
// Had that one been seen, it had been killed, and a fork that has not ended by then fails; so it
// had not been seen either, and so on up to a process that was there from the start. Only when
// numbers start again from below is the order another one; so all is done again until nobody is
// found.
//
// While a process executes a program there is a moment in which its environment reads as empty. It
// cannot fork then; it is looked at again until it can be judged.
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
#include <array>
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
constexpr int kMostChased = 10'000;            // numbers: above that a look at all costs less
// A large machine may never have a moment without a new process, and an execve may hang in a
// network: so many looks without a find are proof enough then.
constexpr int kLooksWithout = 1000;

Fd open_proc(const std::string& pid, const char* name) {
  return Fd(
      ::open(("/proc/" + pid + (pid.empty() ? "" : "/") + name).c_str(), O_RDONLY | O_CLOEXEC));
}

/// As much as can be read.
std::string content(const Fd& file) {
  std::string text;
  std::array<char, 8192> buffer;
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
  if (!file && (errno == EACCES || errno == EPERM)) return Belongs::no; // of another user
  // Empty, or (later kernels) not even opened: the kernel's own threads, and what has ended.
  const std::string text = file ? content(file) : std::string();
  if (text.empty()) return is_in_between(pid) ? Belongs::unclear : Belongs::no;
  // Each entry stands between two NULs.
  return ('\0' + text + '\0').find('\0' + entry + '\0') == std::string::npos ? Belongs::no
                                                                             : Belongs::yes;
}

/// The numbers that the kernel gives to processes and threads.
class Numbers {
public:
  Numbers() : last_given_(open_proc("sys/kernel", "ns_last_pid")) {
    if (!last_given_) last_given_ = open_proc("", "loadavg");
    pid_max_ = parse_int(trim(content(open_proc("sys/kernel", "pid_max")))).value_or(1 << 22);
  }

  /// 0 where the kernel does not say.
  int64_t last_given() const {
    std::array<char, 128> text;
    const ssize_t size = ::pread(last_given_.get(), text.data(), text.size(), 0);
    if (size <= 0) return 0;
    const std::vector<std::string> words =
        split_words(std::string_view(text.data(), static_cast<std::size_t>(size)));
    return words.empty() ? 0 : parse_int(words.back()).value_or(0);
  }

  /// The numbers given after `from` up to `to`, oldest first; nullopt: too many.
  std::optional<std::vector<int64_t>> between(int64_t from, int64_t to) const {
    std::vector<int64_t> numbers;
    const int64_t count = to >= from ? to - from : pid_max_ - from + to;
    if (count > kMostChased) return std::nullopt;
    for (int64_t i = 1; i <= count; ++i)
      numbers.push_back((from + i - 1) % pid_max_ + 1);
    return numbers;
  }

private:
  Fd last_given_;
  int64_t pid_max_ = 0;
};

/// All processes, the lowest number first.
std::vector<int64_t> all_processes() {
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
  if (!proc) throw_errno("opendir", "/proc");
  std::vector<int64_t> pids;
  while (const struct dirent* item = ::readdir(proc.get()))
    if (const std::optional<int64_t> pid = parse_int(item->d_name); pid && *pid > 0)
      pids.push_back(*pid);
  std::sort(pids.begin(), pids.end());
  return pids;
}

/// One call of kill_by_token().
class Hunt {
public:
  Hunt(const std::string& token, bool dry_run)
      : entry_("HDIST_RUN_TOKEN=" + token), token_(token), dry_run_(dry_run) {}

  /// Looks at all processes and at those that begin meanwhile.
  std::size_t pass() {
    found_ = 0;
    int64_t last = numbers_.last_given();
    std::vector<int64_t> unclear = look_at(all_processes());
    for (int without = 0;; ++without) { // looks in which nobody was found
      if (dry_run_ && found_ > 0) return found_;
      const int64_t now = numbers_.last_given();
      if (now == last && unclear.empty()) return found_;
      if (without > kLooksWithout && found_ == 0) return found_;
      if (is_out_of_time()) throw out_of_time();
      if (now == last) std::this_thread::sleep_for(std::chrono::milliseconds(1)); // of an execve
      const std::optional<std::vector<int64_t>> began = numbers_.between(last, now);
      std::vector<int64_t> pids = began ? *began : all_processes();
      pids.insert(pids.end(), unclear.begin(), unclear.end());
      std::sort(pids.begin(), pids.end());
      unclear = look_at(pids);
      last = now;
    }
  }

  const std::set<int64_t>& killed() const { return killed_; }

  Error out_of_time() const {
    return {ErrorKind::failed, "process.unkillable",
            fmt::format("the processes of the run {} did not end within {} s after SIGKILL ({} "
                        "were found last)",
                        token_, kPatience.count(), found_)};
  }
  bool is_out_of_time() const { return Clock::now() > deadline_; }

private:
  /// `pids` is in rising order. Kills those that belong to the run; returns what cannot be judged
  /// now. The newest first: they are the ones that live. What was not there then is looked for
  /// again, the oldest first, which the proof above needs.
  std::vector<int64_t> look_at(const std::vector<int64_t>& pids) {
    std::vector<int64_t> unclear;
    std::vector<int64_t> absent;
    for (auto pid = pids.rbegin(); pid != pids.rend(); ++pid)
      look_at_one(*pid, unclear, &absent);
    for (auto pid = absent.rbegin(); pid != absent.rend(); ++pid)
      look_at_one(*pid, unclear, nullptr);
    return unclear;
  }

  void look_at_one(int64_t pid, std::vector<int64_t>& unclear, std::vector<int64_t>* absent) {
    if (pid == ::getpid()) return;
    // First hold the process, then look: its number could pass to another one in between.
    const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)));
    if (!pidfd) { // it has ended, is not there yet, or is a thread
      if (absent != nullptr) absent->push_back(pid);
      return;
    }
    const Belongs belongs = judge(std::to_string(pid), entry_);
    if (belongs == Belongs::unclear) unclear.push_back(pid);
    if (belongs != Belongs::yes) return;
    if (!dry_run_ && ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0) != 0)
      return;
    ++found_;
    killed_.insert(pid);
  }

  std::string entry_;
  std::string token_;
  bool dry_run_;
  Numbers numbers_;
  Clock::time_point deadline_ = Clock::now() + kPatience;
  std::size_t found_ = 0; // in this pass
  std::set<int64_t> killed_;
};

} // namespace

int kill_by_token(const std::string& token, bool dry_run) {
  if (token.empty()) return 0; // not: whoever has an empty one
  Hunt hunt(token, dry_run);
  int empty = 0; // passes in a row that found nobody
  while (empty < 2) {
    empty = hunt.pass() == 0 ? empty + 1 : 0;
    if (dry_run && empty == 0) break;
    if (empty > 0) continue;
    if (hunt.is_out_of_time()) throw hunt.out_of_time();
    std::this_thread::sleep_for(std::chrono::milliseconds(1)); // for the killed to end
  }
  return static_cast<int>(hunt.killed().size());
}

} // namespace hdist
