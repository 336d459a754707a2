#include "base/log.h"

#include "base/parallel.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(RecordedEvents, KeepsMessagesWithTheirLevelInOrder) {
  RecordedEvents events;
  events.info("a");
  events.notice("b");
  events.warning("c");
  const std::vector<Message> messages = events.messages();
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[0].level, Level::info);
  EXPECT_EQ(messages[1].text, "b");
  EXPECT_EQ(messages[2].level, Level::warning);
}

TEST(RecordedEvents, KeepsTasksProgressAndLines) {
  RecordedEvents recorded;
  Events& events = recorded;
  events.on(TaskEvent{"build", "zlib/abc", TaskState::failed, "make: exit status 2", 1.5});
  events.on(Progress{"fetch", "zlib.tar.gz", 10, 20, "B"});
  events.on(LogLine{"zlib/abc", "cc -c x.c"});
  ASSERT_EQ(recorded.tasks().size(), 1U);
  EXPECT_EQ(recorded.tasks()[0].state, TaskState::failed);
  ASSERT_EQ(recorded.progress().size(), 1U);
  EXPECT_EQ(recorded.progress()[0].total, 20);
  ASSERT_EQ(recorded.lines().size(), 1U);
  EXPECT_EQ(recorded.lines()[0].text, "cc -c x.c");
}

TEST(RecordedEvents, LosesNothingFromManyThreads) {
  RecordedEvents events;
  parallel_for(400, 8, [&](std::size_t i) { events.notice(std::to_string(i)); });
  EXPECT_EQ(events.messages().size(), 400U);
}

} // namespace
} // namespace hdist
