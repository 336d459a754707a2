#include "base/signals.h"

#include <atomic>
#include <csignal>
#include <thread>
#include <unistd.h>

namespace hdist {

struct StopOnSignals::State {
  sigset_t signals{};
  sigset_t before{};
  std::stop_source source;
  std::atomic<int> signal{0};
  std::jthread thread; // last: ends before what it uses
};

namespace {

constexpr int kInterrupted = 130;

/// Waits until the owner, going, wakes this thread by a signal to it alone; those of others count,
/// also at the end.
void watch(const sigset_t& signals, std::stop_source& source, std::atomic<int>& seen,
           const std::stop_token& ended) {
  for (;;) {
    siginfo_t info{};
    int signal = sigwaitinfo(&signals, &info);
    if (signal <= 0) continue;
    if (info.si_pid == getpid() && ended.stop_requested()) return;
    if (signal == SIGINT && seen.load() != 0) _exit(kInterrupted);
    seen.store(signal);
    source.request_stop();
  }
}

} // namespace

StopOnSignals::StopOnSignals() : state_(std::make_unique<State>()) {
  sigemptyset(&state_->signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&state_->signals, signal);
  pthread_sigmask(SIG_BLOCK, &state_->signals, &state_->before);
  State& state = *state_;
  state.thread = std::jthread([&state](const std::stop_token& ended) {
    watch(state.signals, state.source, state.signal, ended);
  });
}

StopOnSignals::~StopOnSignals() {
  state_->thread.request_stop();
  pthread_kill(state_->thread.native_handle(), SIGHUP);
  state_->thread.join();
  pthread_sigmask(SIG_SETMASK, &state_->before, nullptr);
}

std::stop_token StopOnSignals::token() const {
  return state_->source.get_token();
}

int StopOnSignals::signal() const {
  return state_->signal.load();
}

} // namespace hdist
