#include "base/process.h"

#include "base/listen.h"
#include "base/spawn.h"
#include "base/text.h"

#include <fmt/format.h>

#include <signal.h>

#include <cstring>

namespace hdist {

namespace {

constexpr std::size_t kMaxCaptured = 256 << 20; // bytes that capture() returns at most
constexpr std::size_t kMaxComplaint = 4096;     // last bytes of stderr that an error shows
constexpr std::size_t kMaxComplaintLines = 10;

/// The last whole lines of what a program said.
std::string last_lines(const std::string& text) {
  std::vector<std::string> lines = split(trim(text), '\n');
  if (lines.size() > kMaxComplaintLines)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kMaxComplaintLines));
  std::string result;
  for (const std::string& line : lines)
    result += "\n  | " + printable(line);
  return result;
}

int64_t own_peak_kib() {
  struct rusage own {};
  ::getrusage(RUSAGE_SELF, &own);
  return own.ru_maxrss;
}

} // namespace

std::string ExitStatus::text() const {
  if (timed_out) return fmt::format("ended by its time limit, after {}", human_duration(wall_s));
  if (stopped) return "stopped on request";
  if (signal == 0) return fmt::format("exit status {}", exit_code);
  const char* name = ::sigdescr_np(signal);
  return fmt::format("killed by signal {} ({})", signal, name != nullptr ? name : "unknown");
}

ExitStatus run(const Command& command, std::stop_token stop) {
  SpawnRequest request{
      locate_program(command), command.argv, command.env.strings(), command.cwd, {}};
  std::vector<Source> sources;
  // What a child shared with its parent before exec counts in its peak, so a smaller one is not
  // known.
  const int64_t parent_peak_kib = own_peak_kib();
  StandardStreams streams(command, sources);
  const Fd& output = streams.output ? streams.output : streams.error;
  request.fds = {streams.input.get(), output.get(), streams.error.get()};
  request.handed_on = command.handed_on;
  Child child(request);
  streams.input.reset();
  streams.output.reset();
  streams.error.reset();

  const Waited waited = listen_until_end(child, sources,
                                         {.timeout_s = command.timeout_s,
                                          .stop = std::move(stop),
                                          .ask = [&] { child.signal_group(SIGTERM); },
                                          .force = [&] { child.signal_group(SIGKILL); },
                                          .ending = {}});
  const Child::End end = child.reap();
  ExitStatus status;
  set_wait_status(status, end.wait_status);
  status.stopped = waited.stopped;
  status.timed_out = waited.timed_out;
  status.wall_s = waited.wall_s;
  status.cpu_s = cpu_seconds(end.used);
  if (end.used.ru_maxrss > parent_peak_kib) status.peak_memory_bytes = end.used.ru_maxrss * 1024;
  return status;
}

std::string capture(const Command& command, std::stop_token stop) {
  Command listened = command;
  std::string result;
  std::string complaint;
  listened.standard_output = [&](std::string_view bytes) {
    if (bytes.size() > kMaxCaptured - result.size())
      throw Error(ErrorKind::failed, "process.output-too-large",
                  fmt::format("{} wrote more than {}, which is not what was expected of it",
                              shell_join(command.argv), human_size(kMaxCaptured)));
    result += bytes;
    if (command.standard_output) command.standard_output(bytes);
  };
  listened.output = [&](std::string_view bytes) {
    complaint += bytes;
    if (complaint.size() > 2 * kMaxComplaint) complaint.erase(0, complaint.size() - kMaxComplaint);
    if (command.output) command.output(bytes);
  };
  const ExitStatus status = run(listened, std::move(stop));
  if (status.ok()) return result;
  throw Error(
      status.stopped ? ErrorKind::interrupted : ErrorKind::failed,
      status.stopped ? "process.stopped" : "process.failed",
      fmt::format("{}: {}{}", shell_join(command.argv), status.text(), last_lines(complaint)));
}

} // namespace hdist
