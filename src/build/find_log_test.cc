#include "build/find_log.h"

#include "build/build_dir.h"
#include "build/build_log.h"
#include "data/compress.h"
#include "model/artifact_id.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>

#include <memory>
#include <thread>

namespace hdist {
namespace {

class FindLogTest : public ::testing::Test {
protected:
  static std::string text_of(const FoundLog& log, const LogOptions& options = {}) {
    std::string text;
    EXPECT_TRUE(read_log(log, options, [&](std::string_view piece) { text += piece; }, {}));
    return text;
  }
  TempDir tmp_;
  std::string builds_ = tmp_.path() + "/builds";
  std::string logs_ = tmp_.path() + "/logs";
  ArtifactId id_ = ArtifactId::make("tool", sha256("x"));
};

TEST_F(FindLogTest, NothingIsFoundWhereNothingIs) {
  EXPECT_TRUE(recent_logs(builds_, logs_).empty());
  write_file(logs_ + "/readme.log", "");
  write_file(builds_ + "/tool/build.log", "");
  EXPECT_TRUE(recent_logs(builds_, logs_).empty());
}

TEST_F(FindLogTest, ARunningBuildComesBeforeOnesThatFailed) {
  write_file(logs_ + "/other-abcdefgh2345.log", "no\n");
  BuildDir dir(builds_, id_, "token");
  dir.dir().write_file(BuildLog::kPlain, "gcc\n");
  const std::vector<FoundLog> logs = recent_logs(builds_, logs_);
  ASSERT_EQ(logs.size(), 2U);
  EXPECT_EQ(logs[0].name + "/" + logs[0].hash12, id_.short_text());
  EXPECT_EQ(logs[0].state, LogState::running);
  EXPECT_EQ(text_of(logs[0]), "gcc\n");
  EXPECT_EQ(logs[1].name, "other");
  EXPECT_EQ(logs[1].state, LogState::failed);
}

TEST_F(FindLogTest, ALogThatIsGoneSinceItWasFoundIsNoError) {
  std::vector<FoundLog> logs;
  {
    BuildDir dir(builds_, id_, "token");
    dir.dir().write_file(BuildLog::kPlain, "gcc\n");
    logs = recent_logs(builds_, logs_);
    ASSERT_EQ(logs.size(), 1U);
    dir.dir().remove_file(BuildLog::kPlain);
    EXPECT_FALSE(read_log(logs[0], {}, [](std::string_view) { FAIL(); }, {}));
  }
  EXPECT_FALSE(read_log(logs[0], {}, [](std::string_view) { FAIL(); }, {}));
}

TEST_F(FindLogTest, AFailedBuildWhoseDirectoryIsKeptIsFoundOnce) {
  BuildDir dir(builds_, id_, "token");
  dir.dir().write_file(BuildLog::kPlain, "from the directory\n");
  dir.keep(true);
  ASSERT_EQ(recent_logs(builds_, logs_).size(), 1U);
  EXPECT_EQ(recent_logs(builds_, logs_)[0].state, LogState::failed);
  write_file(logs_ + "/tool-" + id_.hash12() + ".log", "kept\n");
  const std::vector<FoundLog> logs = recent_logs(builds_, logs_);
  ASSERT_EQ(logs.size(), 1U);
  EXPECT_EQ(text_of(logs[0]), "kept\n");
}

TEST_F(FindLogTest, FollowsUntilTheBuildEnds) {
  auto dir = std::make_unique<BuildDir>(builds_, id_, "token");
  dir->dir().write_file(BuildLog::kPlain, "first\n");
  const FoundLog log = recent_logs(builds_, logs_).at(0);
  std::jthread build([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    const Fd file = dir->dir().open_file(BuildLog::kPlain, O_WRONLY | O_APPEND);
    write_all(file.get(), "second\n", "");
    dir.reset();
  });
  EXPECT_EQ(text_of(log, {.follow = true}), "first\nsecond\n");
}

TEST_F(FindLogTest, ACompressedLogHasTimesOnlyWhenAsked) {
  std::string lines, texts;
  for (int i = 0; i < 50'000; ++i) { // several pieces
    lines += "12.345 gcc -c a b.c\n";
    texts += "gcc -c a b.c\n";
  }
  FoundLog log{"tool", id_.hash12(), LogState::built, tmp_.path() + "/log.zst", true};
  write_file(log.path, zstd_compress(lines));
  EXPECT_EQ(text_of(log), texts);
  EXPECT_EQ(text_of(log, {.times = true}), lines);
}

TEST_F(FindLogTest, ACutCompressedLogIsAnErrorAfterWhatIsThere) {
  FoundLog log{"tool", id_.hash12(), LogState::built, tmp_.path() + "/log.zst", true};
  const std::string whole = zstd_compress("1.0 line\n");
  write_file(log.path, whole.substr(0, whole.size() - 3));
  EXPECT_NE(message_of([&] { text_of(log); }).find("ends too early"), std::string::npos);
}

} // namespace
} // namespace hdist
