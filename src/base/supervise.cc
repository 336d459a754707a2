// The caller's side of a supervised run. The supervisor itself, and the protocol spoken with it,
// are in launcher/supervise.c.
#include "base/listen.h"
#include "base/path.h"
#include "base/process.h"
#include "base/spawn.h"
#include "base/text.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>

namespace hdist {

namespace {

/// What the supervisor has said so far.
class Report {
public:
  void read(std::string_view bytes) {
    text_ += bytes;
    for (std::size_t end; (end = text_.find('\n')) != std::string::npos; text_.erase(0, end + 1))
      take_line(text_.substr(0, end));
  }

  std::string isolation;
  Fd inner; // pidfd of the inner supervisor
  std::optional<int> exec_errno;
  std::optional<int> fork_errno;
  std::optional<int> wait_status;
  bool complete = false; // nothing of the job is left
  double cpu_s = 0;
  int64_t peak_kib = 0;

private:
  void take_line(const std::string& line) {
    const std::vector<std::string> words = split_words(line);
    if (words.size() < 2) return;
    const int64_t number = parse_int(words[1]).value_or(0);
    if (words[0] == "isolation") isolation = words[1];
    if (words[0] == "inner" && number > 0)
      inner = Fd(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(number), 0)));
    if (words[0] == "exec") exec_errno = static_cast<int>(number);
    if (words[0] == "fork") fork_errno = static_cast<int>(number);
    if (words[0] == "exit" && !wait_status) wait_status = static_cast<int>(number);
    if (words[0] == "usage" && words.size() == 3) {
      complete = true;
      cpu_s = static_cast<double>(number) / 1e6;
      peak_kib = parse_int(words[2]).value_or(0);
    }
  }

  std::string text_;
};

const char* mode_word(Isolation isolation) {
  switch (isolation) {
  case Isolation::automatic:
    return "automatic";
  case Isolation::subreaper:
    return "subreaper";
  case Isolation::helper:
    return "helper";
  case Isolation::terminal:
    return "terminal";
  }
  return "";
}

SpawnRequest supervisor_request(const Command& command, const SupervisorOptions& options,
                                const std::string& token) {
  Env env = command.env;
  env.set("HDIST_RUN_TOKEN", token);
  SpawnRequest request;
  request.program = absolute_path(options.program); // its directory will be the job's
  request.argv = {request.program, mode_word(options.isolation), locate_program(command)};
  request.argv.insert(request.argv.end(), command.argv.begin(), command.argv.end());
  request.environment = env.strings();
  request.cwd = command.cwd;
  request.in_terminal = options.isolation == Isolation::terminal;
  return request;
}

/// This process's own descriptor `number`, above those that a child gets; an empty one when it was
/// closed.
Fd standard_stream(int number) {
  Fd copy(::fcntl(number, F_DUPFD_CLOEXEC, kFirstHandedOn));
  return copy ? std::move(copy) : make_null_output();
}

bool has_ended(const Fd& pidfd, int timeout_ms) {
  struct pollfd fd {
    pidfd.get(), POLLIN, 0
  };
  return ::poll(&fd, 1, timeout_ms) > 0;
}

/// One supervisor, from its start until nothing of its job is left.
class Supervisor {
public:
  Supervisor(const Command& command, const SupervisorOptions& options)
      : command_(command), token_(options.token.empty() ? random_name(32) : options.token) {
    SpawnRequest request = supervisor_request(command, options, token_);
    program_ = request.argv[2];
    if (request.in_terminal) {
      const Fd input = standard_stream(0), output = standard_stream(1), error = standard_stream(2);
      request.fds = {input.get(), output.get(), error.get()};
      start(request);
      return;
    }
    StandardStreams streams(command, sources_);
    const Fd& output = streams.output ? streams.output : streams.error;
    request.fds = {streams.input.get(), output.get(), streams.error.get()};
    request.handed_on = command.handed_on;
    start(request);
  }

  /// Where a sink threw, this ends the job too.
  ~Supervisor() {
    if (over_) return;
    try {
      kill_everything();
      if (!child_->await_end(kPatienceMs)) child_->signal(SIGKILL);
      child_.reset();
      clean_up();
    } catch (const std::exception&) { // what cannot be killed still shows its token
    }
  }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  ExitStatus wait(std::stop_token stop) {
    const Waited waited =
        listen_until_end(*child_, sources_,
                         {.timeout_s = command_.timeout_s,
                          .stop = std::move(stop),
                          .ask = [this] { ::send(link_, "t", 1, MSG_NOSIGNAL); },
                          .force = [this] { kill_everything(); },
                          .ending = [this] { return report_.wait_status.has_value(); }});
    const int supervisor_status = child_->reap().wait_status;
    over_ = true;
    if (!report_.complete) clean_up(); // the supervisor was killed
    return status(waited, supervisor_status);
  }

private:
  static constexpr int kPatienceMs = 30'000;

  /// With the link to this process besides its standard streams.
  void start(SpawnRequest& request) {
    ChannelEnds link = make_socket_pair();
    link_ = link.ours.get();
    sources_.push_back(
        {std::move(link.ours), [this](std::string_view bytes) { report_.read(bytes); }});
    request.fds.push_back(link.theirs.get());
    try {
      child_ = std::make_unique<Child>(request);
    } catch (const Error& error) { // is not to be taken for one about the job's program
      if (error.code() != "process.not-found" && error.code() != "process.not-executable") throw;
      throw Error(ErrorKind::failed, "process.no-supervisor",
                  fmt::format("{}; it supervises {}, and comes with this program", error.message(),
                              printable(program_)));
    }
  }

  /// The supervisor takes the end of what we send as our death.
  void kill_everything() const { ::shutdown(link_, SHUT_WR); }

  /// Does what is left to do after the outer supervisor's death.
  void clean_up() {
    // The inner one kills all it finds, or dies with its namespace: its end is then the
    // namespace's.
    if (report_.inner && !has_ended(report_.inner, kPatienceMs)) {
      ::syscall(SYS_pidfd_send_signal, report_.inner.get(), SIGKILL, nullptr, 0);
      has_ended(report_.inner, kPatienceMs);
    }
    kill_by_token(token_); // in case that both were killed
  }

  ExitStatus status(const Waited& waited, int supervisor_status) const {
    if (report_.exec_errno) throw start_error(*report_.exec_errno, program_, command_.cwd);
    if (report_.fork_errno) throw system_error(*report_.fork_errno, "fork", program_);
    if (!report_.wait_status && !report_.complete && !WIFSIGNALED(supervisor_status))
      throw Error(ErrorKind::failed, "process.bad-supervisor",
                  fmt::format("the supervisor of {} ended with status {} and without a report: "
                              "is it the program that came with this one?",
                              printable(program_), WEXITSTATUS(supervisor_status)));
    ExitStatus result;
    result.stopped = waited.stopped;
    result.timed_out = waited.timed_out;
    result.wall_s = waited.wall_s;
    result.isolation = report_.isolation;
    result.cpu_s = report_.cpu_s;
    result.peak_memory_bytes = report_.peak_kib * 1024;
    if (report_.wait_status)
      set_wait_status(result, *report_.wait_status);
    else // ended by force, or together with its supervisors
      result.signal = SIGKILL;
    return result;
  }

  const Command& command_;
  std::string token_;
  std::string program_;
  std::vector<Source> sources_; // the last one is the link to the supervisor
  int link_ = -1;
  Report report_;
  std::unique_ptr<Child> child_;
  bool over_ = false;
};

} // namespace

ExitStatus run_supervised(const Command& command, const SupervisorOptions& options,
                          std::stop_token stop) {
  return Supervisor(command, options).wait(std::move(stop));
}

} // namespace hdist
