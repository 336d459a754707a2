#include "source/host_accounts.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

using std::chrono::milliseconds;
using Time = HostAccounts::Clock::time_point;

Time at(int ms) {
  return Time() + std::chrono::hours(1) + milliseconds(ms);
}

TEST(HostAccounts, EachHostHasItsOwnBudget) {
  HostAccounts accounts(milliseconds(5000));
  EXPECT_FALSE(accounts.was_charged("a"));
  accounts.charge("a", at(0), at(2000));
  EXPECT_TRUE(accounts.was_charged("a"));
  EXPECT_EQ(accounts.remaining("a"), milliseconds(3000));
  EXPECT_EQ(accounts.remaining("b"), milliseconds(5000));
  accounts.charge("a", at(2000), at(6000));
  EXPECT_EQ(accounts.remaining("a"), milliseconds(-1000));
}

TEST(HostAccounts, WaitingAtTheSameTimeCountsOnce) {
  HostAccounts accounts(milliseconds(5000));
  accounts.charge("a", at(0), at(2000));
  accounts.charge("a", at(0), at(1500));
  accounts.charge("a", at(1000), at(2500));
  EXPECT_EQ(accounts.remaining("a"), milliseconds(2500));
}

TEST(HostAccounts, WhatARequestWaitsForCountsForTheOthersUntilItEnds) {
  HostAccounts accounts(std::chrono::hours(1));
  HostAccounts::Waiting waiting(accounts);
  waiting.begin("a");
  const HostAccounts::Clock::time_point began = HostAccounts::Clock::now();
  while (HostAccounts::Clock::now() < began + milliseconds(2)) {
  }
  EXPECT_LT(accounts.remaining("a"), std::chrono::hours(1));
  EXPECT_EQ(accounts.remaining("b"), std::chrono::hours(1));
  EXPECT_FALSE(accounts.was_charged("a"));
  waiting.end();
  EXPECT_EQ(accounts.remaining("a"), std::chrono::hours(1));
}

} // namespace
} // namespace hdist
