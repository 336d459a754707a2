#include "ui/event_file.h"

#include "testing/testing.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace hdist {
namespace {

TEST(EventFile, HasEachEventOnALineAndTellsThemOn) {
  TempDir tmp;
  write_file(tmp.path() + "/events", "old\n");
  RecordedEvents shown;
  {
    EventFile events(tmp.path() + "/events", shown);
    events.on(TaskEvent{"fetch", "a", TaskState::started, "", 0});
    events.on(Progress{"fetch", "a", 5, -1, "B"});
    events.on(LogLine{"a", "b\xff"});
    events.notice("hello");
  }
  EXPECT_EQ(
      Dir::open(tmp.path()).read_file("events"),
      R"({"event":"task","kind":"fetch","name":"a","state":"started","detail":null,"wall_ms":null})"
      "\n"
      R"({"event":"progress","kind":"fetch","name":"a","done":5,"total":null,"unit":"B"})"
      "\n"
      R"({"event":"log","name":"a","text":"b)"
      "\xef\xbf\xbd"
      R"("})"
      "\n"
      R"({"event":"message","level":"notice","text":"hello"})"
      "\n");
  EXPECT_EQ(shown.tasks().size() + shown.progress().size() + shown.lines().size() +
                shown.messages().size(),
            4U);
}

TEST(EventFile, AFullDiskIsSaidOnce) {
  RecordedEvents shown;
  EventFile events("/dev/full", shown);
  events.notice("one");
  events.notice("two");
  ASSERT_EQ(shown.messages().size(), 3U);
  EXPECT_EQ(shown.messages()[1].level, Level::warning);
  EXPECT_NE(shown.messages()[1].text.find("/dev/full"), std::string::npos);
}

TEST(EventFile, APipeThatNobodyReadsAnyMoreEndsNothing) {
  TempDir tmp;
  const std::string path = tmp.path() + "/pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  RecordedEvents shown;
  Fd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  EventFile events(path, shown);
  reader.reset();
  events.notice("one");
  ASSERT_EQ(shown.messages().size(), 2U);
  EXPECT_NE(shown.messages()[1].text.find("no more events are written"), std::string::npos);
}

TEST(EventFile, APlaceThatCannotBeWrittenIsWrongUsage) {
  RecordedEvents shown;
  EXPECT_EQ(code_of([&] { EventFile("/nowhere/events", shown); }), "usage.events");
}

} // namespace
} // namespace hdist
