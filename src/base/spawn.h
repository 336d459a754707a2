// spawn.h: one child process, started and owned. What run() and run_supervised() share; not for
// other components.
#pragma once

#include "base/dir.h"
#include "base/error.h"
#include "base/process.h"

#include <sys/resource.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace hdist {

/// The path to execute for command.argv[0]; Error "process.not-found" or "process.not-executable".
std::string locate_program(const Command& command);

/// Why executing `program` in `cwd` failed, in words: code "process.not-found", ".not-executable",
/// ".bad-interpreter" (a #! line or a loader that is missing), ".no-directory", ".too-long".
Error start_error(int error_number, const std::string& program, const std::string& cwd);

struct ChannelEnds {
  Fd ours; // non-blocking, close-on-exec
  Fd theirs;
};
ChannelEnds make_output_pipe(); // ours: the read end
ChannelEnds make_socket_pair(); // stream sockets
/// A descriptor to read `input` from its start; /dev/null when it is empty.
Fd make_input(const std::string& input);
Fd make_null_output();

struct SpawnRequest {
  std::string program; // absolute, when `cwd` is not empty
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  std::string cwd; // empty: the caller's
  /// Become 0, 1, 2, ... of the child, where all others are closed. From the functions above, so
  /// that none has a number which another one is to get.
  std::vector<int> fds;
  std::vector<int> handed_on = {}; // as of Command
  bool in_terminal = false;        // stays in this process's session and process group
};

/// A started child with default signals, leader of a session of its own unless it is in a terminal.
class Child {
public:
  /// Throws start_error(). Safe beside any other thread: no code of ours runs between fork and
  /// exec.
  explicit Child(const SpawnRequest& request);
  /// Kills its process group and reaps it, unless that was done.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }
  void signal(int signal_number) const noexcept;
  void signal_group(int signal_number) const noexcept;
  /// True when it has ended (and waits to be reaped) within `timeout_ms`.
  bool await_end(int timeout_ms) const noexcept;
  struct End {
    int wait_status = 0;
    struct rusage used {};
  };
  /// After its end: kills what is left of its process group and reaps it.
  End reap();

private:
  pid_t pid_ = -1; // -1: reaped
  Fd pidfd_;
};

/// Fills in exit code or signal.
void set_wait_status(ExitStatus& status, int wait_status);
double cpu_seconds(const struct rusage& used);

} // namespace hdist
