// process.h: start a program, feed it, read what it says, and leave nothing of it behind.
#pragma once

#include "base/dir.h"
#include "base/env.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

constexpr int kFirstHandedOn = 64; // out of the way of what scripts and programs open

struct Command {
  std::vector<std::string> argv; // argv[0] is a path, or a name looked up in PATH of `env`
  Env env;
  std::string cwd;   // empty: the caller's
  std::string input; // given on stdin; empty: /dev/null
  /// Called with each piece of stdout and stderr, in the order read. Empty: both go to /dev/null.
  std::function<void(std::string_view bytes)> output;
  /// When set, stdout goes here and only stderr to `output`.
  std::function<void(std::string_view bytes)> standard_output;
  /// Descriptors above that number which the program gets besides, as kFirstHandedOn and those
  /// after it.
  std::vector<int> handed_on = {};
  double timeout_s =
      0; // 0: none; when it is over, everything is killed and ExitStatus::timed_out set
};

struct ExitStatus {
  int exit_code = 0; // valid when signal == 0
  int signal = 0;    // the signal that ended it
  bool timed_out = false;
  bool stopped = false; // ended because the stop token asked
  double wall_s = 0;
  double cpu_s = 0; // user + system, whole tree as far as reaped
  /// Of the largest process. run() knows it only above this process's own peak; else 0.
  int64_t peak_memory_bytes = 0;
  std::string isolation; // of a supervised run: "pid-namespace" or "subreaper"; else empty
  bool ok() const { return exit_code == 0 && signal == 0 && !timed_out && !stopped; }
  std::string text() const; // "exit status 2", "killed by signal 9 (Killed)", ...
};

/// Runs to the end, in a session of its own; what is left of its process group then is killed.
/// Throws Error when the program cannot be started (code "process.not-found", ...); a program that
/// fails is a value. A stop request kills it (TERM, then KILL after 2 s) and returns within 100 ms
/// after it is gone.
ExitStatus run(const Command& command, std::stop_token stop = {});

/// stdout of a program that must succeed; Error "process.failed" with its last lines of stderr
/// otherwise.
std::string capture(const Command& command, std::stop_token stop = {});

/// Becomes the program: another one in this process, with these words and variables, in the same
/// directory. Throws as run() does when that is impossible.
[[noreturn]] void become(const std::vector<std::string>& argv, const Env& env);

enum class Isolation {
  automatic, // a PID namespace where it works fully, else subreaper
  subreaper,
  helper, // subreaper, for what is no job: the caller's umask, limits and privileges stay
  /// subreaper, for a job that a person looks into: it has this process's standard streams,
  /// session and process group. Command's input and outputs are not used.
  terminal,
};

struct SupervisorOptions {
  std::string program; // path of the static `supervise` program
  std::string
      token; // put into the environment as HDIST_RUN_TOKEN; names this run's processes for ever
  Isolation isolation = Isolation::automatic;
};

/// Runs a job under a supervisor (DESIGN.md 6, rule 4): no descendant of the job is left when this
/// returns, or after this process died in any way, whatever setsid and double forks it did. That
/// holds also when the supervisor is killed. It is two processes: both of them and this one may
/// die at once under a PID namespace; else one of them and this one. (When both die there, this one
/// finds what kept its environment, by kill_by_token().) The job gets stdin from /dev/null or
/// `input`, a session of its own, default signals, umask 022, no core files, nothing from set-id
/// programs, and as root neither CAP_DAC_OVERRIDE nor CAP_CHOWN. Throws as run() does, and
/// "process.unkillable" when something of the job may still run.
ExitStatus run_supervised(const Command& command, const SupervisorOptions& options,
                          std::stop_token stop = {});

/// Kills every process that has HDIST_RUN_TOKEN=`token` in its environment, and that this user may
/// look at and kill, until none is left; returns how many. `dry_run` only counts. Not this process.
/// Error "process.unkillable" when some are left after 30 s. Also those that start a successor and
/// end all the time do not escape (kill_by_token.cc).
int kill_by_token(const std::string& token, bool dry_run = false);

} // namespace hdist
