#include "base/signals.h"

#include "testing/testing.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
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

/// 0 when a write past the limit failed, and a program that was started would be ended by one.
int write_past_the_limit(const std::string& path) {
  fail_past_file_size_limit();
  const struct rlimit small = {1, 1};
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || setrlimit(RLIMIT_FSIZE, &small) != 0) return 2;
  if (write(fd, "x", 1) != 1 || write(fd, "x", 1) != -1 || errno != EFBIG) return 3;
  // NOLINTNEXTLINE(cert-env33-c)
  const int status = std::system(("head -c 100 /dev/zero >>" + path).c_str());
  return WIFSIGNALED(status) || WEXITSTATUS(status) == 128 + SIGXFSZ ? 0 : 4;
}

TEST(SignalsDeathTest, AWritePastTheLimitOfFileSizesFailsHereAndEndsOthers) {
  const TempDir tmp;
  EXPECT_EXIT(_exit(write_past_the_limit(tmp.path() + "/file")), testing::ExitedWithCode(0), "");
}

} // namespace
} // namespace hdist
