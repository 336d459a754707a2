#include "base/listen.h"

#include <fmt/format.h>

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <optional>

namespace hdist {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kGrace{2'000};   // from SIGTERM to SIGKILL
constexpr milliseconds kForced{30'000}; // for the kernel, and for a supervisor with many to kill

/// One read. False when there will be nothing more.
bool read_some(const Source& source, std::vector<char>& buffer, std::size_t limit) {
  const ssize_t size = ::read(source.fd.get(), buffer.data(), std::min(limit, buffer.size()));
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  if (size > 0 && source.sink) source.sink({buffer.data(), static_cast<std::size_t>(size)});
  return size > 0;
}

/// What a dead child left; no more than that, since a process that outlived it may go on writing.
void drain(const Source& source, std::vector<char>& buffer) {
  int left = 0;
  if (!source.fd || ::ioctl(source.fd.get(), FIONREAD, &left) != 0) return;
  while (left > 0) {
    const int chunk = std::min(left, static_cast<int>(buffer.size()));
    if (!read_some(source, buffer, static_cast<std::size_t>(chunk))) return;
    left -= chunk;
  }
}

int poll_timeout_ms(const std::optional<Clock::time_point>& deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<milliseconds>(*deadline - Clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 3'600'000));
}

class Listener {
public:
  Listener(const Child& child, std::vector<Source>& sources, const Limits& limits)
      : child_(child), sources_(sources), limits_(limits), buffer_(65536),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_) throw_errno("eventfd", "to notice a stop");
    if (limits.timeout_s > 0) { // a limit past what a clock can count is none
      const double seconds = std::min(limits.timeout_s, 1e9);
      deadline_ = begin_ + milliseconds(static_cast<int64_t>(std::ceil(seconds * 1000)));
    }
  }

  Waited listen() {
    const std::stop_callback on_stop(limits_.stop, [fd = wake_.get()] { ::eventfd_write(fd, 1); });
    while (!poll_once())
      move_on();
    for (const Source& source : sources_)
      drain(source, buffer_);
    waited_.wall_s = std::chrono::duration<double>(Clock::now() - begin_).count();
    return waited_;
  }

private:
  enum class Phase { running, asked, forced, killed };

  /// True when the child has ended.
  bool poll_once() {
    fds_.assign(
        {{child_.pidfd(), POLLIN, 0}, {phase_ == Phase::running ? wake_.get() : -1, POLLIN, 0}});
    for (const Source& source : sources_)
      fds_.push_back({source.fd.get(), POLLIN, 0}); // -1 is ignored
    if (::poll(fds_.data(), fds_.size(), poll_timeout_ms(deadline_)) < 0) {
      if (errno == EINTR) return false;
      throw_errno("poll", "a running program");
    }
    for (std::size_t i = 0; i < sources_.size(); ++i)
      if (fds_[i + 2].revents != 0 && !read_some(sources_[i], buffer_, buffer_.size()))
        sources_[i].fd.reset();
    return fds_[0].revents != 0;
  }

  void move_on() {
    if (phase_ == Phase::running && limits_.stop.stop_requested()) {
      waited_.stopped = true;
      ask();
    }
    if (phase_ < Phase::forced && limits_.ending && limits_.ending()) enter(Phase::forced, kForced);
    if (!deadline_ || Clock::now() < *deadline_) return;
    switch (phase_) {
    case Phase::running:
      waited_.timed_out = true;
      ask();
      break;
    case Phase::asked:
      limits_.force();
      enter(Phase::forced, kForced);
      break;
    case Phase::forced:
      child_.signal(SIGKILL);
      enter(Phase::killed, kForced);
      break;
    case Phase::killed:
      throw unkillable();
    }
  }

  void ask() {
    limits_.ask();
    enter(Phase::asked, kGrace);
  }

  void enter(Phase phase, milliseconds time) {
    phase_ = phase;
    deadline_ = Clock::now() + time;
  }

  Error unkillable() const {
    Error error(ErrorKind::failed, "process.unkillable",
                fmt::format("process {} did not end within {} s after SIGKILL", child_.pid(),
                            kForced.count() / 1000));
    error.advise({"It hangs in the kernel, mostly in a file system whose server does not answer: "
                  "check that before anything is done to the files it may still write.",
                  "",
                  {}});
    return error;
  }

  const Child& child_;
  std::vector<Source>& sources_;
  const Limits& limits_;
  std::vector<char> buffer_;
  Fd wake_;
  std::vector<struct pollfd> fds_;
  Phase phase_ = Phase::running;
  Clock::time_point begin_ = Clock::now();
  std::optional<Clock::time_point> deadline_;
  Waited waited_;
};

} // namespace

StandardStreams::StandardStreams(const Command& command, std::vector<Source>& sources)
    : input(make_input(command.input)) {
  const bool apart = static_cast<bool>(command.standard_output);
  if (command.output) { // one pipe for both keeps their order
    ChannelEnds ends = make_output_pipe();
    sources.push_back({std::move(ends.ours), command.output});
    error = std::move(ends.theirs);
  } else {
    error = make_null_output();
  }
  if (apart) {
    ChannelEnds ends = make_output_pipe();
    sources.push_back({std::move(ends.ours), command.standard_output});
    output = std::move(ends.theirs);
  }
}

Waited listen_until_end(const Child& child, std::vector<Source>& sources, const Limits& limits) {
  return Listener(child, sources, limits).listen();
}

} // namespace hdist
