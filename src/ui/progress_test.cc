#include "ui/progress.h"

#include "base/dir.h"
#include "base/text.h"
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

TEST_F(ProgressTest, EachDownloadHasABarAndAllHaveALineBelow) {
  std::string text = shown({.live = true, .width = 80}, [](TextEvents& events) {
    for (const char* name : {"a.tar.gz", "b.tar.gz"}) {
      events.on(TaskEvent{"fetch", name, TaskState::started, "", 0});
      events.on(Progress{"fetch", name, 50, 100, "B"});
    }
    events.on(TaskEvent{"build", "lua/abc", TaskState::started, "", 0});
    events.on(TaskEvent{"fetch", "a.tar.gz", TaskState::finished, "", 1});
    events.on(TaskEvent{"fetch", "b.tar.gz", TaskState::finished, "", 1});
  });
  std::size_t all = text.find("building lua");
  ASSERT_NE(all, std::string::npos) << text;
  std::size_t start = text.rfind("\x1b[J", all); // what is shown then
  if (start == std::string::npos) start = text.rfind("\x1b[K", all);
  std::vector<std::string> lines = split(text.substr(start + 3, all - start - 3), '\n');
  ASSERT_EQ(lines.size(), 3U) << text;
  EXPECT_NE(lines[0].find("a.tar.gz"), std::string::npos);
  EXPECT_NE(lines[0].find("] 50%"), std::string::npos);
  EXPECT_NE(lines[1].find("b.tar.gz"), std::string::npos);
  EXPECT_TRUE(lines[2].starts_with("0/2 downloads ")) << lines[2];
  // Three lines are taken away before the line of what is done is written.
  EXPECT_NE(text.find("\r\x1b[2A\x1b[Jfetched  a.tar.gz"), std::string::npos) << text;
}

TEST_F(ProgressTest, ALogSaysNowAndThenHowFarALongDownloadIs) {
  const auto tell = [](TextEvents& events) {
    events.on(TaskEvent{"fetch", "a.tar.gz", TaskState::started, "", 0});
    for (int64_t done : {10, 20, 100})
      events.on(Progress{"fetch", "a.tar.gz", done, 100, "B"});
  };
  EXPECT_EQ(shown({}, tell), "");
  EXPECT_EQ(shown({.long_download = std::chrono::seconds(0)}, tell),
            "fetching a.tar.gz: 10%\nfetching a.tar.gz: 20%\n");
  EXPECT_EQ(shown({.least = Level::warning, .long_download = std::chrono::seconds(0)}, tell), "");
}

TEST_F(ProgressTest, ThereAreNeverMoreLinesThanTheTerminalHas) {
  std::string text = shown({.live = true, .width = 80, .height = 5}, [](TextEvents& events) {
    for (int i = 0; i < 20; ++i)
      events.on(TaskEvent{"fetch", std::to_string(i), TaskState::started, "", 0});
  });
  EXPECT_EQ(text.find("\x1b[4A"), std::string::npos); // at most four of the five are rewritten
  EXPECT_NE(text.find("\x1b[3A"), std::string::npos);
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
