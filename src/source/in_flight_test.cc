#include "source/in_flight.h"

#include "base/parallel.h"
#include "source/source_testing.h"

#include <gtest/gtest.h>

#include <atomic>

namespace hdist {
namespace {

TEST(InFlight, OneAtATimeHoldsAName) {
  InFlight in_flight;
  std::atomic<int> inside = 0, most = 0;
  parallel_for(40, 8, [&](std::size_t i) {
    InFlight::Ticket ticket = in_flight.enter({"x", "own" + std::to_string(i)}, {});
    int now = ++inside;
    if (now > most) most = now;
    --inside;
  });
  EXPECT_EQ(most, 1);
}

TEST(InFlight, CrossedNamesDoNotBlockForEver) {
  InFlight in_flight;
  std::atomic<int> done = 0;
  parallel_for(100, 8, [&](std::size_t i) {
    InFlight::Ticket ticket =
        in_flight.enter({std::to_string(i % 3), std::to_string((i + 1) % 3)}, {});
    ++done;
  });
  EXPECT_EQ(done, 100);
}

TEST(InFlight, WaitingEndsWhenAsked) {
  InFlight in_flight;
  InFlight::Ticket ticket = in_flight.enter({"x"}, {});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(code_of([&] { in_flight.enter({"x"}, stop.get_token()); }), "source.stopped");
}

} // namespace
} // namespace hdist
