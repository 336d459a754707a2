#include "source/attempt.h"

#include "source/source_testing.h"

#include <gtest/gtest.h>

#include <csignal>
#include <sys/resource.h>

namespace hdist {
namespace {

TEST(Attempt, RefusedContentIsAReasonWithoutTheAddress) {
  StoreLab lab;
  Deposit deposit = lab.store.deposit();
  deposit.write("<html>");
  AttemptResult result =
      finish_attempt(std::move(deposit), {{}, "https://u:p@h/x.zip", "https://h/x.zip"});
  EXPECT_FALSE(result.item);
  EXPECT_TRUE(result.wrong_content);
  EXPECT_EQ(result.reason, "gave an HTML page, expected a zip file");
}

TEST(Attempt, AcceptedContentIsAnItemOfTheTypeThatTheAddressTells) {
  StoreLab lab;
  Deposit deposit = lab.store.deposit();
  deposit.write(fake_tar_gz("x"));
  AttemptResult result =
      finish_attempt(std::move(deposit), {{}, "deb-src:a/b", "http://pool/b.tgz"});
  ASSERT_TRUE(result.item);
  EXPECT_EQ(result.item->key.type(), SourceType::tar_gz);
  EXPECT_EQ(result.item->addresses.at(0).url, "deb-src:a/b");
}

TEST(GuardedDeposit, AFailedWriteIsKeptForTheOneWhoAsks) {
  StoreLab lab;
  GuardedDeposit deposit(lab.store.deposit());
  EXPECT_TRUE(deposit.write("x"));
  deposit.rethrow();
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit small = before;
  small.rlim_cur = 1;
  auto old = signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  bool written = deposit.write("more");
  bool again = deposit.write("more");
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, old);
  EXPECT_FALSE(written);
  EXPECT_FALSE(again);
  EXPECT_EQ(code_of([&] { deposit.rethrow(); }), "system.EFBIG");
}

} // namespace
} // namespace hdist
