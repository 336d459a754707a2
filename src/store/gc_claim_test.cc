#include "store/gc_claim.h"

#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

namespace hdist {
namespace {

class GcClaim : public testing::Test {
protected:
  std::optional<Lease> claim(const std::stop_token& stop = {}) {
    ClaimJudge judge(options_.lease);
    GcStore view{.dir = dir_,
                 .real_path = tmp_.path(),
                 .options = options_,
                 .judge = judge,
                 .trusts = [](uid_t uid) { return uid == geteuid(); },
                 .sync_all = {}};
    return claim_gc(
        view, [&](const LeaseHolder& holder) { waited_for_ = holder.pid; }, stop);
  }
  TempDir tmp_;
  Dir dir_ = Dir::open(tmp_.path());
  StoreOptions options_ = test_options();
  std::atomic<int> waited_for_ = 0;
};

TEST_F(GcClaim, OneAtATimeAndNothingIsLeft) {
  std::atomic<int> inside = 0, most = 0;
  std::vector<std::jthread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 3; ++round) {
        std::optional<Lease> mine = claim();
        most = std::max(most.load(), ++inside);
        usleep(2000);
        --inside;
      }
    });
  threads.clear();
  EXPECT_EQ(most, 1);
  EXPECT_TRUE(dir_.list().empty());
}

TEST_F(GcClaim, AWaitingOneSaysForWhomAndCanBeStopped) {
  std::optional<Lease> first = claim();
  ASSERT_TRUE(first);
  std::stop_source stop;
  std::jthread stopper([&] {
    while (waited_for_ == 0)
      usleep(1000);
    stop.request_stop();
  });
  EXPECT_FALSE(claim(stop.get_token()));
  EXPECT_EQ(waited_for_, getpid());
}

TEST_F(GcClaim, ADeadOneIsTakenOverAndItsFileRemoved) {
  pid_t child = fork();
  if (child == 0) {
    std::optional<Lease> lost = claim();
    raise(SIGKILL);
  }
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(dir_.exists("gc.claim.1"));
  std::optional<Lease> mine = claim();
  ASSERT_TRUE(mine);
  EXPECT_EQ(mine->name(), "gc.claim.2");
  EXPECT_FALSE(dir_.exists("gc.claim.1"));
}

TEST_F(GcClaim, TheReserveIsMadeOnceAndMendedWhenItIsTooSmall) {
  const std::string name = "gc.reserve." + std::to_string(geteuid());
  keep_gc_reserve(dir_);
  const struct stat first = *dir_.stat(name);
  EXPECT_EQ(first.st_size, 4096);
  keep_gc_reserve(dir_);
  EXPECT_EQ(dir_.stat(name)->st_ino, first.st_ino);
  dir_.write_file(name, "cut");
  keep_gc_reserve(dir_);
  EXPECT_EQ(dir_.stat(name)->st_size, 4096);
}

TEST_F(GcClaim, AStrangersClaimIsNotWaitedFor) {
  if (geteuid() != 0) GTEST_SKIP() << "needs chown";
  write_file(tmp_.path() + "/gc.claim.7", LeaseHolder::self("token").text());
  ASSERT_EQ(chown((tmp_.path() + "/gc.claim.7").c_str(), 4242, 4242), 0);
  EXPECT_EQ(claim()->name(), "gc.claim.8");
}

} // namespace
} // namespace hdist
