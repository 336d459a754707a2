#include "ui/event_file.h"

#include "base/error.h"
#include "base/text.h"
#include "data/json.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

namespace hdist {

namespace {

/// While it lives, a pipe that nobody reads any more is an error of this thread's write alone.
class NoPipeSignal {
public:
  NoPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;
  ~NoPipeSignal() {
    const timespec now{};
    while (sigtimedwait(&pipe_, nullptr, &now) == SIGPIPE) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

private:
  sigset_t pipe_{}, before_{};
};

} // namespace

EventFile::EventFile(const std::string& path, Events& shown)
    : path_(path), shown_(shown),
      file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)),
      json_([this](const Value& event) { write_line(event); }) {
  if (!file_)
    throw Error(
        ErrorKind::usage, "usage.events",
        fmt::format("events cannot be written to {}: {}", printable(path), strerrordesc_np(errno)));
}

void EventFile::write_line(const Value& event) {
  if (!file_) return;
  try {
    const NoPipeSignal guard;
    write_all(file_.get(), compact_json(event) + "\n", path_);
  } catch (const Error& error) {
    file_.reset();
    shown_.warning("no more events are written: " + printable(error.message()));
  }
}

} // namespace hdist
