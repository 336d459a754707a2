// Why no lock: on network file systems locks fail, lie, or survive their owner. A claim is a file
// that is linked complete and exclusively; that it is alive shows in a heartbeat, and for a holder
// on the same machine in /proc.
//
// The heartbeat is the file's mtime, set to the file server's time, on the descriptor that was
// opened when the claim was made: a file that replaced ours is not touched. Watchers never compare
// that time with a clock; they only see whether anything of the file changes. Where mtime cannot be
// set, the count in the file's last line is rewritten in place. Where not even that works the claim
// looks dead after a while, which costs another process a second attempt and nothing else.
#include "base/lease.h"

#include "base/error.h"
#include "base/names.h"
#include "base/process.h"
#include "base/process_look.h"
#include "base/text.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace hdist {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kFirstLine = "hdist-claim 1";
constexpr std::size_t kMaxClaim = 4096; // bytes of a claim that are looked at
constexpr std::size_t kBeatWidth = 10;  // the last line: "beat ", ten characters, newline
constexpr std::string_view kAbandoned = "abandoned "; // instead of the ten digits

std::string beat_text(uint64_t count) {
  return fmt::format("{:010}", count % 10'000'000'000U);
}

/// The first bytes of a file, from its start; nullopt when it cannot be read.
std::optional<std::string> first_bytes(const Fd& file) {
  std::string text(kMaxClaim, '\0');
  const ssize_t size = file ? ::pread(file.get(), text.data(), text.size(), 0) : -1;
  if (size < 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> read_proc(const std::string& path) {
  return first_bytes(Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)));
}

/// This machine, boot and PID namespace; read once for each watch.
LeaseHolder here() {
  LeaseHolder self;
  const auto boot_id = read_proc("/proc/sys/kernel/random/boot_id");
  self.boot_id = std::string(trim(boot_id.value_or("")));
  struct stat ns {};
  if (::stat("/proc/self/ns/pid", &ns) == 0) self.pid_namespace = ns.st_ino;
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  for (const char c : std::string_view(host))
    self.host += c > ' ' && c < 127 ? c : '_';
  return self;
}

bool moved(const struct timespec& from, const struct timespec& to) {
  return from.tv_sec != to.tv_sec || from.tv_nsec != to.tv_nsec;
}

bool is_word(std::string_view text) {
  for (const char c : text)
    if (c <= ' ' || c >= 127) return false;
  return !text.empty();
}

} // namespace

std::string LeaseHolder::text() const {
  const std::string beat = abandoned ? std::string(kAbandoned) : beat_text(0);
  return fmt::format("{}\nboot_id {}\npid_namespace {}\npid {}\nstart_time {}\ntoken {}\nhost {}\n"
                     "beat {}\n",
                     kFirstLine, boot_id.empty() ? "?" : boot_id, pid_namespace, pid, start_time,
                     token, host.empty() ? "?" : host, beat);
}

std::optional<LeaseHolder> LeaseHolder::parse(std::string_view text) {
  const std::vector<std::string> lines = split(text, '\n');
  if (lines.size() < 2 || lines[0] != kFirstLine || !lines.back().empty()) return std::nullopt;
  std::map<std::string, std::string> values;
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const std::size_t space = lines[i].find(' ');
    if (space == std::string::npos || space == 0) return std::nullopt;
    const std::string key = lines[i].substr(0, space);
    if (!values.emplace(key, lines[i].substr(space + 1)).second) return std::nullopt;
  }
  const auto number = [&](const char* key, int64_t max) -> std::optional<int64_t> {
    const std::optional<int64_t> value = parse_int(values[key]);
    if (!value || *value < 0 || *value > max) return std::nullopt;
    return value;
  };
  const auto ns = number("pid_namespace", INT64_MAX);
  const auto pid = number("pid", INT32_MAX);
  const auto start = number("start_time", INT64_MAX);
  if (!ns || !pid || !start) return std::nullopt;
  for (const char* key : {"boot_id", "token", "host"})
    if (!is_word(values[key])) return std::nullopt;
  LeaseHolder holder;
  holder.boot_id = values["boot_id"];
  holder.pid_namespace = static_cast<uint64_t>(*ns);
  holder.pid = static_cast<int>(*pid);
  holder.start_time = static_cast<uint64_t>(*start);
  holder.token = values["token"];
  holder.host = values["host"];
  holder.abandoned = values["beat"] == kAbandoned;
  return holder;
}

LeaseHolder LeaseHolder::self(std::string token) {
  LeaseHolder holder = here();
  holder.token = std::move(token);
  holder.pid = ::getpid();
  if (const std::optional<ProcessLook> look = look_at_process(0))
    holder.start_time = look->start_time;
  return holder;
}

// ---- Lease ----

/// On the heap, at one address for the heartbeat's thread.
struct Lease::State {
  Dir dir;
  std::string name;
  std::string token;
  Fd file; // for reading and writing
  struct stat stat {};
  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread heartbeat; // last: ends before the rest is destroyed

  State(Dir directory, std::string file_name, std::string run_token, Fd claim)
      : dir(std::move(directory)), name(std::move(file_name)), token(std::move(run_token)),
        file(std::move(claim)) {
    if (::fstat(file.get(), &stat) != 0) throw_errno("fstat", dir.path() + "/" + name);
  }

  bool still_ours() const {
    struct stat now {};
    return file && ::fstatat(dir.fd(), name.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0 &&
           now.st_ino == stat.st_ino && now.st_dev == stat.st_dev;
  }

  /// In place: the line has always the same length, so no reader sees a torn claim.
  bool write_beat(std::string_view text) const {
    const off_t offset = stat.st_size - static_cast<off_t>(kBeatWidth) - 1;
    const bool written =
        ::pwrite(file.get(), text.data(), text.size(), offset) == static_cast<ssize_t>(text.size());
    return written && ::fdatasync(file.get()) == 0; // a network file system keeps it back otherwise
  }

  void beat(uint64_t count) {
    const struct timespec now[2] = {{0, UTIME_OMIT}, {0, UTIME_NOW}};
    const struct timespec last = stat.st_mtim;
    // What fails now may work at the next beat; there is nothing else to do about it.
    const bool touched = ::futimens(file.get(), now) == 0 && ::fstat(file.get(), &stat) == 0;
    if (!touched || !moved(last, stat.st_mtim)) write_beat(beat_text(count));
  }

  void start_heartbeat(std::chrono::milliseconds interval) {
    // Signals of the process are for the program's own threads.
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    heartbeat = std::jthread([this, interval](const std::stop_token& stop) {
      std::unique_lock lock(mutex);
      for (uint64_t count = 1;; ++count) {
        wake.wait_for(lock, stop, interval, [] { return false; });
        if (stop.stop_requested()) return;
        beat(count);
      }
    });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void stop_heartbeat() {
    heartbeat.request_stop();
    if (heartbeat.joinable()) heartbeat.join();
  }
};

namespace {

/// Looks at a claim that was just made: whatever the calls returned, it is ours if its content is;
/// else an empty Fd.
Fd open_own_claim(const Dir& dir, const std::string& name, const std::string& text) {
  constexpr int kTries = 10;
  for (int tries = 1;; ++tries) {
    Fd file(::openat(dir.fd(), name.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file && errno == ENOENT) return file;
    const std::optional<std::string> found = file ? first_bytes(file) : std::nullopt;
    if (found) return *found == text ? std::move(file) : Fd();
    if (errno != ESTALE || tries == kTries)
      throw_errno(file ? "pread" : "openat", dir.path() + "/" + name);
  }
}

/// In place, so that no block is needed. False: it is no file, or too small for that.
bool overwrite(const Dir& dir, const std::string& name, const std::string& text) {
  const Fd file = dir.open_file(name, O_RDWR | O_NONBLOCK);
  struct stat stat {};
  if (::fstat(file.get(), &stat) != 0) throw_errno("fstat", dir.path() + "/" + name);
  const auto size = static_cast<ssize_t>(text.size());
  if (!S_ISREG(stat.st_mode) || stat.st_nlink != 1 || stat.st_size < size) return false;
  const ssize_t written = ::pwrite(file.get(), text.data(), text.size(), 0);
  if (written < 0 || ::ftruncate(file.get(), size) != 0)
    throw_errno("pwrite", dir.path() + "/" + name);
  return written == size;
}

} // namespace

std::optional<Lease> Lease::try_take(const Dir& dir, const std::string& name,
                                     const LeaseOptions& options) {
  const LeaseHolder self = LeaseHolder::self(random_name(32));
  if (!dir.link_new_file(name, self.text())) return std::nullopt;
  return hold(dir, name, self, options);
}

std::optional<Lease> Lease::try_take_with(const Dir& dir, const std::string& name,
                                          const std::string& spare, const LeaseOptions& options) {
  const LeaseHolder self = LeaseHolder::self(random_name(32));
  // Under a name that only this process knows, so that it is complete when it has the claim's.
  const std::string own = ".tmp-" + random_name(16);
  if (::renameat(dir.fd(), spare.c_str(), dir.fd(), own.c_str()) != 0) {
    if (errno == ENOENT) return std::nullopt;
    throw_errno("renameat", dir.path() + "/" + spare);
  }
  bool is_taken = false;
  try {
    is_taken = overwrite(dir, own, self.text()) && dir.rename_new(own, name);
    if (!is_taken) dir.rename(own, spare);
  } catch (...) {
    ::renameat(dir.fd(), own.c_str(), dir.fd(), spare.c_str());
    throw;
  }
  return is_taken ? hold(dir, name, self, options) : std::nullopt;
}

/// The claim was just made.
std::optional<Lease> Lease::hold(const Dir& dir, const std::string& name, const LeaseHolder& self,
                                 const LeaseOptions& options) {
  try {
    Fd file = open_own_claim(dir, name, self.text());
    if (!file) return std::nullopt;
    auto state = std::make_unique<State>(dir.duplicate(), name, self.token, std::move(file));
    state->start_heartbeat(options.heartbeat);
    return Lease(std::move(state));
  } catch (...) {
    // Everybody would wait for it while this process lives, and this process, too.
    ::unlinkat(dir.fd(), name.c_str(), 0);
    throw;
  }
}

Lease::Lease(std::unique_ptr<State> state) : state_(std::move(state)) {}
Lease::Lease(Lease&&) noexcept = default;

Lease& Lease::operator=(Lease&& other) noexcept {
  if (this != &other) {
    Lease old(std::move(*this)); // removes the file of the old one
    state_ = std::move(other.state_);
  }
  return *this;
}

Lease::~Lease() {
  try {
    if (state_) release();
  } catch (const std::exception&) { // it stays, and looks dead as soon as this process ends
  }
}

const std::string& Lease::token() const {
  return state_->token;
}
const std::string& Lease::name() const {
  return state_->name;
}
bool Lease::still_ours() const {
  return state_->still_ours();
}

void Lease::release() {
  if (!state_->file) return; // released or abandoned before
  state_->stop_heartbeat();
  const bool ours = still_ours();
  state_->file.reset();
  if (ours) state_->dir.remove_file(state_->name);
}

void Lease::abandon() {
  if (!state_->file) return;
  state_->stop_heartbeat();
  state_->write_beat(kAbandoned);
  state_->file.reset();
}

// ---- LeaseWatch ----

namespace {

/// All that a heartbeat may move.
struct Sign {
  ino_t inode = 0;
  int64_t modified_s = 0, modified_ns = 0;
  std::string content;
  friend bool operator==(const Sign&, const Sign&) = default;
};

struct Claim {
  Sign sign;
  uid_t owner = 0;
};

/// The claim file by a new open, which makes network file systems ask their server; nullopt: gone.
std::optional<Claim> read_claim(const Dir& dir, const std::string& name) {
  Fd file(::openat(dir.fd(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file && (errno == ENOENT || errno == ESTALE)) return std::nullopt;
  struct stat stat {};
  // What may not be opened still shows its times.
  const int result = file ? ::fstat(file.get(), &stat)
                          : ::fstatat(dir.fd(), name.c_str(), &stat, AT_SYMLINK_NOFOLLOW);
  if (result != 0) {
    if (errno == ENOENT || errno == ESTALE) return std::nullopt;
    throw_errno("stat", dir.path() + "/" + name);
  }
  Claim claim;
  claim.owner = stat.st_uid;
  claim.sign = {stat.st_ino, stat.st_mtim.tv_sec, stat.st_mtim.tv_nsec, {}};
  if (!file || !S_ISREG(stat.st_mode)) return claim;
  claim.sign.content = first_bytes(file).value_or("");
  return claim;
}

enum class Proof { running, gone, none }; // none: it cannot be told here

} // namespace

struct LeaseWatch::State {
  Dir dir;
  std::string name;
  LeaseOptions options;
  LeaseHolder local = here();
  std::optional<LeaseHolder> holder;
  Sign sign;
  std::optional<Clock::time_point> moved_at; // nullopt before the first look

  State(Dir directory, std::string file_name, LeaseOptions given)
      : dir(std::move(directory)), name(std::move(file_name)), options(given) {}

  /// What /proc says about a holder on this machine.
  Proof proof(const LeaseHolder& other, uid_t owner) const {
    const bool same_place = other.pid > 0 && local.boot_id != "?" && !local.boot_id.empty() &&
                            other.boot_id == local.boot_id && other.host == local.host &&
                            local.pid_namespace != 0 && other.pid_namespace == local.pid_namespace;
    if (!same_place) return Proof::none;
    if (!other.abandoned) { // else the holder itself does not matter any more
      const std::optional<ProcessLook> look = look_at_process(other.pid);
      if (look && look->start_time == other.start_time && look->running) return Proof::running;
      // A /proc with hidepid does not show the processes of others.
      if (!look && (::kill(other.pid, 0) == 0 || errno != ESRCH)) return Proof::none;
    }
    // The environment of somebody else's processes cannot be read, except by root.
    if (owner != ::geteuid() && ::geteuid() != 0) return Proof::none;
    return kill_by_token(other.token, true) > 0 ? Proof::running : Proof::gone;
  }

  Liveness look() {
    const std::optional<Claim> claim = read_claim(dir, name);
    if (!claim) {
      holder.reset();
      return Liveness::dead;
    }
    if (!moved_at || claim->sign != sign) {
      moved_at = Clock::now();
      sign = claim->sign;
      holder = LeaseHolder::parse(sign.content).value_or(LeaseHolder{});
    }
    const Proof known = proof(*holder, claim->owner);
    if (known == Proof::gone) return Liveness::dead;
    if (holder->abandoned) return Liveness::unknown;
    if (known == Proof::running) return Liveness::alive;
    return Clock::now() - *moved_at < options.dead_after ? Liveness::alive : Liveness::dead;
  }
};

LeaseWatch::LeaseWatch(const Dir& dir, std::string name, LeaseOptions options) {
  check_name(name);
  state_ = std::make_unique<State>(dir.duplicate(), std::move(name), options);
}
LeaseWatch::~LeaseWatch() = default;
Liveness LeaseWatch::look() {
  return state_->look();
}
const std::optional<LeaseHolder>& LeaseWatch::holder() const {
  return state_->holder;
}

} // namespace hdist
