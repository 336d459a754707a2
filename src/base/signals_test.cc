#include "base/signals.h"

#include <csignal>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

namespace hdist {
namespace {

TEST(Signals, AnInterruptRequestsAStopAndIsRemembered) {
  StopOnSignals signals;
  EXPECT_FALSE(signals.token().stop_requested());
  kill(getpid(), SIGINT);
  while (!signals.token().stop_requested())
    std::this_thread::yield();
  EXPECT_EQ(signals.signal(), SIGINT);
}

TEST(Signals, TheMaskIsAsBeforeWhenTheObjectIsGone) {
  sigset_t before{}, after{};
  pthread_sigmask(SIG_BLOCK, nullptr, &before);
  { StopOnSignals signals; }
  pthread_sigmask(SIG_BLOCK, nullptr, &after);
  EXPECT_EQ(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
}

} // namespace
} // namespace hdist
