#include "schedule/jobserver.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace hdist {
namespace {

using std::chrono::milliseconds;

/// As make does: waits at most `patience` for a token.
bool read_token(const Jobserver::Client& job, milliseconds patience = milliseconds(5000)) {
  struct pollfd fd {
    job.descriptors().first, POLLIN, 0
  };
  char token = 0;
  return ::poll(&fd, 1, static_cast<int>(patience.count())) > 0 &&
         ::read(job.descriptors().first, &token, 1) == 1;
}

int read_tokens(const Jobserver::Client& job, int most) {
  int count = 0;
  while (count < most && read_token(job))
    ++count;
  return count;
}

void give_back(const Jobserver::Client& job, int count = 1) {
  const std::string tokens(static_cast<std::size_t>(count), '+');
  ASSERT_EQ(::write(job.descriptors().second, tokens.data(), tokens.size()), count);
}

/// Long enough for the thread to do what it should not do.
bool stays_empty(const Jobserver::Client& job) {
  return !read_token(job, milliseconds(100));
}

TEST(Jobserver, AJobThatIsAloneHasAllTokens) {
  Jobserver server(4);
  const Jobserver::Client job = server.join({});
  EXPECT_EQ(read_tokens(job, 3), 3);
  EXPECT_TRUE(stays_empty(job)); // the fourth is the job's own
  give_back(job);
  EXPECT_TRUE(read_token(job));
  EXPECT_TRUE(stays_empty(job));
}

TEST(Jobserver, WithOneTokenNothingIsLent) {
  Jobserver server(1);
  const Jobserver::Client job = server.join({});
  EXPECT_TRUE(stays_empty(job));
}

TEST(Jobserver, AJobThatBeginsTakesWhatNobodyHasRead) {
  Jobserver server(2);
  const Jobserver::Client first = server.join({});
  const Jobserver::Client second = server.join({});
  EXPECT_TRUE(stays_empty(first));
  EXPECT_TRUE(stays_empty(second));
}

TEST(Jobserver, AJobThatBeginsWaitsForOneThatIsGivenBack) {
  Jobserver server(2);
  const Jobserver::Client first = server.join({});
  ASSERT_TRUE(read_token(first));
  std::future<Jobserver::Client> second =
      std::async(std::launch::async, [&] { return server.join({}); });
  EXPECT_EQ(second.wait_for(milliseconds(100)), std::future_status::timeout);
  give_back(first);
  const Jobserver::Client job = second.get();
  EXPECT_TRUE(stays_empty(first));
  EXPECT_TRUE(stays_empty(job));
}

TEST(Jobserver, WhatWasLentToAJobThatDiedComesBack) {
  Jobserver server(3);
  std::optional<Jobserver::Client> killed(server.join({}));
  ASSERT_EQ(read_tokens(*killed, 2), 2);
  std::future<Jobserver::Client> waiting =
      std::async(std::launch::async, [&] { return server.join({}); });
  killed.reset();
  const Jobserver::Client job = waiting.get();
  EXPECT_EQ(read_tokens(job, 2), 2);
  EXPECT_TRUE(stays_empty(job));
}

TEST(Jobserver, BusyJobsComeToEqualShares) {
  Jobserver server(6);
  const Jobserver::Client first = server.join({});
  ASSERT_EQ(read_tokens(first, 5), 5);
  std::future<Jobserver::Client> joining =
      std::async(std::launch::async, [&] { return server.join({}); });
  give_back(first); // for the second itself
  const Jobserver::Client second = joining.get();
  for (int i = 0; i < 2; ++i) {
    give_back(first);
    EXPECT_TRUE(read_token(second));
  }
  EXPECT_EQ(first.lent(), 2);
  EXPECT_EQ(second.lent(), 2);
}

TEST(Jobserver, WhatAJobDoesNotReadGoesToABusyOne) {
  Jobserver server(6);
  const Jobserver::Client idle = server.join({});
  const Jobserver::Client busy = server.join({});
  EXPECT_EQ(read_tokens(busy, 4), 4);
  EXPECT_TRUE(stays_empty(idle));
}

TEST(Jobserver, AJobCannotMakeTokens) {
  Jobserver server(3);
  const Jobserver::Client job = server.join({});
  ASSERT_EQ(read_tokens(job, 2), 2);
  give_back(job, 100);
  EXPECT_EQ(read_tokens(job, 2), 2);
  EXPECT_TRUE(stays_empty(job));
}

TEST(Jobserver, WhoWaitsCanBeStopped) {
  Jobserver server(1);
  const Jobserver::Client first = server.join({});
  std::stop_source stop;
  std::future<std::string> waiting = std::async(
      std::launch::async, [&] { return message_of([&] { server.join(stop.get_token()); }); });
  EXPECT_EQ(waiting.wait_for(milliseconds(50)), std::future_status::timeout);
  stop.request_stop();
  EXPECT_NE(waiting.get().find("stopped"), std::string::npos);
}

TEST(Jobserver, ManyJobsNeverHoldMoreThanThereAre) {
  constexpr int kTokens = 5;
  Jobserver server(kTokens);
  std::atomic<int> held = 0;
  std::atomic<int> most = 0;
  const auto hold = [&](int change) {
    const int now = held += change;
    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
    }
  };
  const auto work = [&] {
    for (int round = 0; round < 10; ++round) {
      const Jobserver::Client job = server.join({});
      hold(1);
      for (int i = 0; i < 5; ++i)
        if (read_token(job, milliseconds(2))) {
          hold(1);
          std::this_thread::sleep_for(milliseconds(1));
          hold(-1);
          give_back(job);
        }
      hold(-1);
    }
  };
  std::vector<std::jthread> jobs;
  jobs.reserve(8);
  for (int i = 0; i < 8; ++i)
    jobs.emplace_back(work);
  jobs.clear();
  EXPECT_LE(most, kTokens);
  EXPECT_GT(most, 1);
}

TEST(Jobserver, HasNoRoomWhereFewFilesMayBeOpen) {
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  if (before.rlim_max < 1024) GTEST_SKIP() << "this process may open few files itself";
  auto with_limit = [&](rlim_t files, int jobs) {
    struct rlimit limit {
      files, before.rlim_max
    };
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    bool has_room = Jobserver::has_room(jobs);
    std::optional<Jobserver> server;
    std::vector<Jobserver::Client> clients;
    if (has_room) server.emplace(jobs);
    for (int i = 0; server && i < jobs; ++i) // none of them fails
      clients.push_back(server->join({}));
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    return has_room;
  };
  EXPECT_FALSE(with_limit(64, 2));
  EXPECT_FALSE(with_limit(80, 2));
  EXPECT_TRUE(with_limit(128, 2));
  EXPECT_FALSE(with_limit(256, 64));
  EXPECT_TRUE(with_limit(1024, 128)); // the usual limit, and a large machine
}

} // namespace
} // namespace hdist
