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

TEST(Signals, WhatWasIgnoredStaysIgnored) {
  auto before = std::signal(SIGHUP, SIG_IGN);
  {
    StopOnSignals signals;
    kill(getpid(), SIGHUP);
    kill(getpid(), SIGTERM); // both are pending by then, the smaller number first
    while (!signals.token().stop_requested())
      std::this_thread::yield();
    EXPECT_EQ(signals.signal(), SIGTERM);
  }
  std::signal(SIGHUP, before); // NOLINT(cert-err33-c)
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
