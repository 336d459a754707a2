#include "source/host_slots.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace hdist {
namespace {

TEST(HostSlots, EachHostHasItsOwn) {
  HostSlots slots(2);
  std::optional<HostSlots::Slot> first = slots.try_take("a"), second = slots.take("a", {});
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(slots.try_take("a"));
  EXPECT_TRUE(slots.try_take("b"));
  first.reset();
  EXPECT_TRUE(slots.try_take("a"));
}

TEST(HostSlots, WhoCameFirstIsServedFirst) {
  HostSlots slots(1);
  std::optional<HostSlots::Slot> busy = slots.take("a", {});
  std::mutex mutex;
  std::vector<int> order;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      std::optional<HostSlots::Slot> slot = slots.take("a", {});
      std::scoped_lock lock(mutex);
      order.push_back(i);
    });
    while (slots.waiting("a") <= static_cast<std::size_t>(i))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  busy.reset();
  threads.clear();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

TEST(HostSlots, WhoIsToStopLeavesTheQueue) {
  HostSlots slots(1);
  std::optional<HostSlots::Slot> busy = slots.take("a", {});
  std::stop_source stop;
  std::jthread impatient([&] { EXPECT_FALSE(slots.take("a", stop.get_token())); });
  while (slots.waiting("a") == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  stop.request_stop();
  impatient.join();
  EXPECT_EQ(slots.waiting("a"), 0U);
  busy.reset();
  EXPECT_TRUE(slots.try_take("a"));
}

} // namespace
} // namespace hdist
