#include "base/spawn.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace hdist {

namespace {

constexpr int kFirstFreeFd = 16; // above all numbers that descriptors get in a child

/// Out of the way of those numbers: the caller may have closed its standard descriptors.
Fd above_standard(Fd fd, std::string_view object) {
  if (!fd) throw_errno("open", object);
  if (fd.get() >= kFirstFreeFd) return fd;
  Fd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kFirstFreeFd));
  if (!moved && errno == EINVAL) errno = EMFILE; // the limit is below that number
  if (!moved) throw_errno("fcntl", object);
  return moved;
}

void set_nonblocking(const Fd& fd, std::string_view object) {
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) < 0) throw_errno("fcntl", object);
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  result.reserve(words.size() + 1);
  for (const std::string& word : words)
    result.push_back(const_cast<char*>(word.c_str())); // no exec changes them
  result.push_back(nullptr);
  return result;
}

/// Attributes and file actions of posix_spawn, freed together.
class SpawnSettings {
public:
  explicit SpawnSettings(const SpawnRequest& request) {
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawn_file_actions_init(&actions_);
    sigset_t signals;
    sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    // A session, not only a group: without terminal, a program that asks there fails at once
    // instead of being stopped as a background process.
    const int session = request.in_terminal ? 0 : POSIX_SPAWN_SETSID;
    ::posix_spawnattr_setflags(
        &attributes_, static_cast<short>(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | session));
    if (int error = add_actions(request)) {
      destroy();
      throw system_error(error, "posix_spawn", request.program);
    }
  }
  ~SpawnSettings() { destroy(); }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  const posix_spawnattr_t* attributes() const { return &attributes_; }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }

private:
  int add_actions(const SpawnRequest& request) {
    int target = 0;
    for (int fd : request.fds)
      if (int error = ::posix_spawn_file_actions_adddup2(&actions_, fd, target++)) return error;
    if (int error = add_handed_on(request, target)) return error;
    if (request.cwd.empty()) return 0;
    return ::posix_spawn_file_actions_addchdir_np(&actions_, request.cwd.c_str());
  }
  /// Closes all else from number `target` on.
  int add_handed_on(const SpawnRequest& request, int target) {
    for (int number = kFirstHandedOn; int fd : request.handed_on)
      if (int error = ::posix_spawn_file_actions_adddup2(&actions_, fd, number++)) return error;
    if (!request.handed_on.empty()) {
      for (; target < kFirstHandedOn; ++target)
        if (int error = ::posix_spawn_file_actions_addclose(&actions_, target)) return error;
      target += static_cast<int>(request.handed_on.size());
    }
    return ::posix_spawn_file_actions_addclosefrom_np(&actions_, target);
  }
  void destroy() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  posix_spawnattr_t attributes_{};
  posix_spawn_file_actions_t actions_{};
};

pid_t spawn(const SpawnRequest& request) {
  const SpawnSettings settings(request);
  const std::vector<char*> argv = pointers(request.argv);
  const std::vector<char*> environment = pointers(request.environment);
  int error = 0;
  for (int tries = 0; tries < 100; ++tries) {
    pid_t pid = -1;
    error = ::posix_spawn(&pid, request.program.c_str(), settings.actions(), settings.attributes(),
                          argv.data(), environment.data());
    if (error == 0) return pid;
    if (error != ETXTBSY) break;
    // Another thread was starting a child while this program was being written here: the child's
    // copy of the writing descriptor goes away at its exec.
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw start_error(error, request.program, request.cwd);
}

Error lost(pid_t pid) {
  Error error(ErrorKind::failed, "process.lost",
              fmt::format("the exit status of process {} went to somebody else", pid));
  error.advise({"The program that uses this library must not ignore SIGCHLD nor wait for all of "
                "its children.",
                "",
                {}});
  return error;
}

ChannelEnds channel(Fd ours, Fd theirs, const char* what) {
  ChannelEnds result{above_standard(std::move(ours), what),
                     above_standard(std::move(theirs), what)};
  set_nonblocking(result.ours, what);
  return result;
}

} // namespace

ChannelEnds make_output_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("pipe2", "for the output of a program");
  return channel(Fd(ends[0]), Fd(ends[1]), "pipe");
}

ChannelEnds make_socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw_errno("socketpair", "for the supervisor of a program");
  return channel(Fd(ends[0]), Fd(ends[1]), "socket");
}

Fd make_input(const std::string& input) {
  if (input.empty())
    return above_standard(Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)), "/dev/null");
  // A file in memory instead of a pipe: nothing to feed while the program runs, and no SIGPIPE when
  // it does not read.
  Fd file(::memfd_create("input", MFD_CLOEXEC));
  if (!file) throw_errno("memfd_create", "for the input of a program");
  write_all(file.get(), input, "the input of a program");
  if (::lseek(file.get(), 0, SEEK_SET) != 0) throw_errno("lseek", "the input of a program");
  return above_standard(std::move(file), "the input of a program");
}

Fd make_null_output() {
  return above_standard(Fd(::open("/dev/null", O_WRONLY | O_CLOEXEC)), "/dev/null");
}

Child::Child(const SpawnRequest& request) : pid_(spawn(request)) {
  pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (pidfd_) return;
  const int error = errno;
  signal_group(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  throw system_error(error, "pidfd_open", request.program);
}

Child::~Child() {
  if (pid_ < 0) return;
  signal_group(SIGKILL);
  // Bounded: a process that hangs in the kernel would hang us with it.
  if (await_end(60'000)) ::waitpid(pid_, nullptr, 0);
}

void Child::signal(int signal_number) const noexcept {
  if (pid_ > 0) ::kill(pid_, signal_number);
}

void Child::signal_group(int signal_number) const noexcept {
  if (pid_ > 0) ::kill(-pid_, signal_number);
}

bool Child::await_end(int timeout_ms) const noexcept {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    struct pollfd fd {
      pidfd_.get(), POLLIN, 0
    };
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    const int ready = ::poll(&fd, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

Child::End Child::reap() {
  End end;
  signal_group(SIGKILL); // unreaped, it keeps the group's number from being used again
  const pid_t pid = pid_;
  pid_ = -1;
  for (;;) {
    if (::wait4(pid, &end.wait_status, 0, &end.used) == pid) return end;
    if (errno == EINTR) continue;
    throw lost(pid);
  }
}

void set_wait_status(ExitStatus& status, int wait_status) {
  if (WIFSIGNALED(wait_status))
    status.signal = WTERMSIG(wait_status);
  else
    status.exit_code = WEXITSTATUS(wait_status);
}

double cpu_seconds(const struct rusage& used) {
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

void become(const std::vector<std::string>& argv, const Env& env) {
  Command command;
  command.argv = argv;
  command.env = env;
  const std::string program = locate_program(command);
  const std::vector<std::string> variables = env.strings();
  ::execve(program.c_str(), pointers(argv).data(), pointers(variables).data());
  throw start_error(errno, program, "");
}

} // namespace hdist
