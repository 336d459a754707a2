// One thread lends and takes back. It sleeps until a token comes back or a job begins or ends; only
// where several jobs run and one of them leaves a token unread it looks every 20 ms whether another
// has read all of its own, since a pipe does not tell who waits for it.
//
// Rules, in this order: a job that begins comes first, and takes what nobody has read yet. A job
// that has read all that it was lent gets the next free token, who has the fewest first. What is
// left lies ready in the pipes, in equal parts. So busy jobs come to equal shares as their
// processes end, and one that is alone has all.
#include "schedule/jobserver.h"

#include "base/dir.h"
#include "base/error.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace hdist {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{20};
constexpr int kFirstFd = 66; // above the numbers that a job gets them by
constexpr int kFdsOfClient = 7;
constexpr int kOtherFds = 32; // of stores, logs and connections, what begins above kFirstFd besides

struct PipeEnds {
  Fd reading, writing;
};

Fd raised(Fd fd) {
  Fd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kFirstFd));
  if (!moved) throw_errno("fcntl", "a pipe of the jobserver");
  return moved;
}

PipeEnds make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("pipe2", "for the jobserver");
  Fd reading(ends[0]);
  Fd writing(ends[1]);
  return {raised(std::move(reading)), raised(std::move(writing))};
}

/// The same pipe, opened once more: the mode of this description is not the job's.
Fd opened_again(const Fd& fd, int flags) {
  const std::string path = fmt::format("/proc/self/fd/{}", fd.get());
  Fd again(::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK));
  if (!again) throw_errno("open", path);
  return again;
}

constexpr Clock::time_point kNever = Clock::time_point::max();

/// For poll(2); rounded up, so that it is over when that returns. At most a second, so that a wake
/// that got lost costs no more.
int milliseconds_until(Clock::time_point time) {
  if (time == kNever) return 1000;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - Clock::now());
  return static_cast<int>(std::max<int64_t>(left.count(), 0));
}

} // namespace

/// What is lent to one job, and the ends of both pipes.
struct Jobserver::Client::Pipes {
  PipeEnds lend = make_pipe(), back = make_pipe();
  Fd lending = opened_again(lend.writing, O_WRONLY);
  Fd taking = opened_again(lend.reading, O_RDONLY); // of what the job has not read yet
  Fd returning = opened_again(back.reading, O_RDONLY);
  bool begun = false; // it has its own token
  int lent = 0;
  int idle = 0; // tokens that lay unread since the last look

  int unread() const {
    int bytes = 0;
    return ::ioctl(taking.get(), FIONREAD, &bytes) == 0 ? std::min(bytes, lent) : 0;
  }
  bool give() {
    if (::write(lending.get(), "+", 1) != 1) return false;
    ++lent;
    return true;
  }
  /// One that it has not read.
  bool take() {
    char token = 0;
    if (lent == 0) return false; // what lies there the job wrote itself
    if (::read(taking.get(), &token, 1) != 1) return false;
    --lent;
    return true;
  }
  /// What it gave back, at most what it was lent: a job cannot make tokens.
  int returned() {
    std::array<char, 256> bytes{};
    ssize_t size = 0;
    int count = 0;
    while ((size = ::read(returning.get(), bytes.data(), bytes.size())) > 0)
      count += static_cast<int>(std::min<ssize_t>(size, lent - count));
    lent -= count;
    return count;
  }
};

struct Jobserver::State {
  using Pipes = Client::Pipes;

  explicit State(int tokens)
      : free(std::max(tokens, 1)), wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake) throw_errno("eventfd", "for the jobserver");
    thread = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  ~State() {
    thread.request_stop();
    tell();
  }

  void tell() const {
    const uint64_t one = 1;
    (void)!::write(wake.get(), &one, sizeof one);
  }

  void serve(const std::stop_token& stop) {
    std::vector<std::shared_ptr<Pipes>> seen;
    Clock::time_point tick = kNever; // the next one
    while (!stop.stop_requested()) {
      std::vector<struct pollfd> fds{{wake.get(), POLLIN, 0}};
      for (const std::shared_ptr<Pipes>& pipes : seen)
        fds.push_back({pipes->returning.get(), POLLIN, 0});
      ::poll(fds.data(), fds.size(), seen.empty() ? -1 : milliseconds_until(tick));
      uint64_t count = 0;
      (void)!::read(wake.get(), &count, sizeof count);
      const std::lock_guard lock(mutex);
      const bool is_due = Clock::now() >= tick;
      if (is_due) even_out();
      share();
      seen = clients;
      if (!wants_ticks())
        tick = kNever;
      else if (tick == kNever || is_due)
        tick = Clock::now() + kTick;
    }
  }

  // --- with the mutex held

  void share() {
    for (const std::shared_ptr<Pipes>& pipes : clients)
      free += pipes->returned();
    for (const std::shared_ptr<Pipes>& pipes : clients) {
      if (pipes->begun) continue;
      if (free == 0 && !reclaim_unread()) return;
      --free;
      pipes->begun = true;
      began.notify_all();
    }
    while (free > 0) {
      const std::shared_ptr<Pipes> next = neediest();
      if (!next || !next->give()) return;
      --free;
    }
  }

  /// Takes one token that nobody has read.
  bool reclaim_unread() {
    for (const std::shared_ptr<Pipes>& pipes : clients)
      if (pipes->take()) {
        ++free;
        return true;
      }
    return false;
  }

  /// Who has read all comes first, then who has the fewest.
  std::shared_ptr<Pipes> neediest() const {
    std::shared_ptr<Pipes> best;
    for (const std::shared_ptr<Pipes>& pipes : clients) {
      if (!pipes->begun) continue;
      const auto rank = [](const Pipes& of) { return std::pair(of.unread(), of.lent); };
      if (!best || rank(*pipes) < rank(*best)) best = pipes;
    }
    return best;
  }

  /// A token that lay unread for a while goes to a job that has read all of its own.
  void even_out() {
    for (const std::shared_ptr<Pipes>& pipes : clients)
      pipes->idle = std::min(pipes->idle, pipes->unread());
    for (const std::shared_ptr<Pipes>& hungry : clients) {
      if (!hungry->begun || hungry->unread() > 0) continue;
      const auto idle =
          std::max_element(clients.begin(), clients.end(),
                           [](const auto& a, const auto& b) { return a->idle < b->idle; });
      if ((*idle)->idle == 0 || !(*idle)->take()) break;
      --(*idle)->idle;
      if (!hungry->give()) ++free;
    }
    for (const std::shared_ptr<Pipes>& pipes : clients)
      pipes->idle = pipes->unread();
  }

  bool wants_ticks() const {
    return clients.size() > 1 && std::any_of(clients.begin(), clients.end(),
                                             [](const auto& pipes) { return pipes->unread() > 0; });
  }

  std::mutex mutex;
  std::condition_variable_any began;
  std::vector<std::shared_ptr<Pipes>> clients; // in the order they came
  int free;
  Fd wake;
  std::jthread thread; // last: ends before the rest is destroyed
};

bool Jobserver::has_room(int jobs) {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) throw_errno("getrlimit", "of open files");
  const int64_t needed = kFirstFd + int64_t{kFdsOfClient} * jobs + kOtherFds;
  return limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= static_cast<rlim_t>(needed);
}

Jobserver::Jobserver(int tokens) : state_(std::make_unique<State>(tokens)) {}
Jobserver::~Jobserver() = default;

Jobserver::Client Jobserver::join(std::stop_token stop) {
  Client client(*state_, std::make_shared<Client::Pipes>());
  std::unique_lock lock(state_->mutex);
  state_->clients.push_back(client.pipes_);
  state_->share(); // where one is free, nobody has to wait for the thread
  state_->tell();
  if (!state_->began.wait(lock, std::move(stop), [&] { return client.pipes_->begun; })) {
    lock.unlock(); // which the destruction of the client takes
    throw Error(ErrorKind::interrupted, "interrupted", "stopped while it waited for a processor");
  }
  lock.unlock();
  return client;
}

Jobserver::Client::Client(State& state, std::shared_ptr<Pipes> pipes)
    : state_(&state), pipes_(std::move(pipes)) {}
Jobserver::Client::Client(Client&& other) noexcept
    : state_(other.state_), pipes_(std::move(other.pipes_)) {}
Jobserver::Client& Jobserver::Client::operator=(Client&& other) noexcept {
  std::swap(state_, other.state_);
  std::swap(pipes_, other.pipes_);
  return *this;
}

Jobserver::Client::~Client() {
  if (!pipes_) return;
  const std::lock_guard lock(state_->mutex);
  state_->free += pipes_->lent + (pipes_->begun ? 1 : 0);
  pipes_->lent = 0;
  std::erase(state_->clients, pipes_);
  state_->share();
  state_->tell();
}

std::pair<int, int> Jobserver::Client::descriptors() const {
  return {pipes_->lend.reading.get(), pipes_->back.writing.get()};
}

int Jobserver::Client::lent() const {
  const std::lock_guard lock(state_->mutex);
  return pipes_->lent;
}

} // namespace hdist
