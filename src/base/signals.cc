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
  std::atomic<bool> leaves_keys{false};
  std::jthread thread; // last: ends before what it uses
};

namespace {

constexpr int kInterrupted = 130;
constexpr int kWake = SIGURG; // nobody minds it

/// What a parent ignores for its children (nohup, `&` in a script) is to stay ignored.
bool is_ignored(int signal) {
  struct sigaction action {};
  sigaction(signal, nullptr, &action);
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN;
}

/// Waits until the owner, going, wakes this thread.
void watch(StopOnSignals::State& state, const std::stop_token& ended) {
  for (;;) {
    siginfo_t info{};
    int signal = sigwaitinfo(&state.signals, &info);
    if (signal <= 0) continue;
    if (signal == kWake) {
      if (ended.stop_requested()) return;
      continue;
    }
    if (signal == SIGINT && state.leaves_keys.load()) continue;
    if (signal == SIGINT && state.signal.load() != 0) _exit(kInterrupted);
    state.signal.store(signal);
    state.source.request_stop();
  }
}

} // namespace

StopOnSignals::StopOnSignals() : state_(std::make_unique<State>()) {
  sigemptyset(&state_->signals);
  sigaddset(&state_->signals, kWake);
  for (int signal : {SIGINT, SIGTERM, SIGHUP})
    if (!is_ignored(signal)) sigaddset(&state_->signals, signal);
  pthread_sigmask(SIG_BLOCK, &state_->signals, &state_->before);
  State& state = *state_;
  state.thread = std::jthread([&state](const std::stop_token& ended) { watch(state, ended); });
}

StopOnSignals::~StopOnSignals() {
  state_->thread.request_stop();
  pthread_kill(state_->thread.native_handle(), kWake);
  state_->thread.join();
  pthread_sigmask(SIG_SETMASK, &state_->before, nullptr);
}

std::stop_token StopOnSignals::token() const {
  return state_->source.get_token();
}

void StopOnSignals::leave_keys() {
  state_->leaves_keys.store(true);
  ::signal(SIGQUIT, SIG_IGN);
}

int StopOnSignals::signal() const {
  return state_->signal.load();
}

void fail_past_file_size_limit() {
  if (is_ignored(SIGXFSZ)) return;
  struct sigaction action {};
  action.sa_handler = [](int) {}; // not SIG_IGN, which programs that are started would keep
  sigaction(SIGXFSZ, &action, nullptr);
}

} // namespace hdist
