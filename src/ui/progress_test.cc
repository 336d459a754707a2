#include "ui/progress.h"

#include "base/dir.h"
#include "testing/testing.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace hdist {
namespace {

class ProgressTest : public ::testing::Test {
protected:
  std::string shown(OutputStyle style, const std::function<void(TextEvents&)>& tell) {
    Dir dir = Dir::open(tmp_.path());
    Fd file = dir.open_file("out", O_RDWR | O_CREAT | O_TRUNC);
    style.fd = file.get();
    {
      TextEvents events(style, "hdist");
      tell(events);
    }
    return dir.read_file("out");
  }
  TempDir tmp_;
};

TEST_F(ProgressTest, ALogHasOneLineForEachThingDone) {
  std::string text = shown({}, [](TextEvents& events) {
    events.on(TaskEvent{"build", "lua/abc", TaskState::started, "/l o/build.log", 0});
    events.on(TaskEvent{"build", "lua/abc", TaskState::finished, "", 1.25});
    events.on(TaskEvent{"fetch", "x.tar.gz", TaskState::started, "", 0});
    events.on(TaskEvent{"fetch", "x.tar.gz", TaskState::finished, "", 0.5});
  });
  EXPECT_EQ(text.substr(0, text.find('\n')), "building lua/abc (tail -f '/l o/build.log')");
  EXPECT_NE(text.find("built    lua/abc in 1.2 s"), std::string::npos) << text;
  EXPECT_NE(text.find("fetched  x.tar.gz in 0.5 s\n"), std::string::npos) << text;
}

TEST_F(ProgressTest, QuietShowsWarningsAlone) {
  std::string text = shown({.least = Level::warning}, [](TextEvents& events) {
    events.notice("hello");
    events.on(TaskEvent{"build", "a/b", TaskState::finished, "", 1});
    events.warning("beware");
  });
  EXPECT_EQ(text, "hdist: warning: beware\n");
}

TEST_F(ProgressTest, TheLiveLineFitsTheTerminalAndIsClearedAtTheEnd) {
  std::string text = shown({.live = true, .width = 30}, [](TextEvents& events) {
    for (int i = 0; i < 9; ++i)
      events.on(
          TaskEvent{"build", "package" + std::to_string(i) + "/abc", TaskState::started, "", 0});
  });
  std::size_t start = text.rfind("\r\x1b[K", text.size() - 5);
  EXPECT_LT(text.size() - start, 30u + 8u);
  EXPECT_TRUE(text.ends_with("\r\x1b[K"));
  EXPECT_EQ(text.find('\n'), std::string::npos);
}

TEST(TransferText, SaysHowFastAndHowLong) {
  EXPECT_EQ(transfer_text(0, 0, 1000, 0), "0%");
  EXPECT_EQ(transfer_text(500, 500, 1000, 0.5), "50%");
  EXPECT_EQ(transfer_text(2 << 20, 3 << 20, 4 << 20, 2), "75% 1.0 MiB/s 1.0 s left");
  EXPECT_EQ(transfer_text(2 << 20, 2 << 20, -1, 2), "2.0 MiB 1.0 MiB/s");
  EXPECT_EQ(transfer_text(4 << 20, 4 << 20, 4 << 20, 2), "100% 2.0 MiB/s");
}

TEST_F(ProgressTest, WhereALogIsStandsAboveTheLiveLineWhenThatIsWanted) {
  for (bool wanted : {false, true}) {
    std::string text = shown({.live = true, .width = 30}, [&](TextEvents& events) {
      if (wanted) events.show_logs();
      events.on(TaskEvent{"build", "lua/abc", TaskState::started, "/l/build.log", 0});
    });
    EXPECT_EQ(text.find("building lua/abc (tail -f /l/build.log)\n") != std::string::npos, wanted);
  }
}

TEST_F(ProgressTest, VerboseShowsWhatBuildsPrintWithoutControlCharacters) {
  std::string text = shown({.least = Level::info, .log_lines = true}, [](TextEvents& events) {
    events.on(LogLine{"lua/abc", "a\x1b[2Jb"});
  });
  EXPECT_TRUE(text.starts_with("lua| a"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

} // namespace
} // namespace hdist
