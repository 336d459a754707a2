#include "build/clean.h"

#include "base/process.h"
#include "base/trial_dir.h"
#include "build/build_dir.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class CleanTest : public testing::Test {
protected:
  std::string clean(bool dry_run = false) {
    std::string text;
    for (const CleanedBuild& build : clean_builds({.temp_dir = tmp_.path() + "/tmp",
                                     .log_dir = tmp_.path() + "/logs",
                                     .keep_failed = 1,
                                     .keep_logs_s = 86'400,
                                     .dry_run = dry_run}))
      text += build.what + " " + std::to_string(build.size_bytes) + "\n";
    return text;
  }
  static void set_time(const std::string& path, int64_t ago_s) {
    struct timespec times[2] = {{0, UTIME_OMIT}, {std::time(nullptr) - ago_s, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  std::string failed_build(int64_t ago_s) {
    BuildDir dir(tmp_.path() + "/tmp", id_, "token");
    dir.dir().write_file("work/file", "12345");
    dir.keep(true);
    set_time(dir.path() + "/.build-failed", ago_s);
    return dir.path();
  }
  TempDir tmp_;
  ArtifactId id_ = *ArtifactId::parse("zlib/" + std::string(32, 'a'));
};

TEST_F(CleanTest, NothingIsThereAndThatIsFine) {
  EXPECT_EQ(clean(), "");
}

TEST_F(CleanTest, EmptyPlacesOfOtherRootsGoWhenLongUnused) {
  const auto place = [&](const std::string& name) { return tmp_.path() + "/p-0-" + name; };
  const std::string in_use = place("aaaaaaaaaaaa/x");
  for (const std::string& path :
       {in_use, place("bbbbbbbbbbbb"), place("cccccccccccc"), place("short")})
    fs::create_directories(path);
  fs::create_directory_symlink(place("short"), place("dddddddddddd"));
  constexpr int64_t kDays = 86'400;
  const auto clean_after = [&](int64_t seconds, bool dry_run) {
    return clean_builds({.temp_dir = place("bbbbbbbbbbbb"),
                         .temp_prefix = "p-0-",
                         .now_s = std::time(nullptr) + seconds,
                         .dry_run = dry_run});
  };
  EXPECT_TRUE(clean_after(9 * kDays, false).empty());
  EXPECT_EQ(clean_after(11 * kDays, true).size(), 2U);
  EXPECT_TRUE(fs::exists(place("bbbbbbbbbbbb")));
  EXPECT_EQ(clean_after(11 * kDays, false).size(), 2U);
  EXPECT_FALSE(fs::exists(place("bbbbbbbbbbbb")) || fs::exists(place("cccccccccccc")));
  EXPECT_TRUE(fs::exists(in_use) && fs::exists(place("short")));
  EXPECT_TRUE(fs::is_symlink(place("dddddddddddd")));
}

TEST_F(CleanTest, TrialsOfTheDeadGoAndThoseOfTheLivingStay) {
  const TrialDir living(tmp_.path() + "/tmp");
  const pid_t child = fork();
  if (child == 0) {
    const TrialDir killed(tmp_.path() + "/tmp");
    write_file(killed.sub("source/file"), "12345");
    raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  const auto count = [&] {
    return std::distance(fs::directory_iterator(tmp_.path() + "/tmp"), fs::directory_iterator());
  };
  EXPECT_TRUE(clean(true).starts_with("trial of a dead process "));
  EXPECT_EQ(count(), 2);
  EXPECT_TRUE(clean().starts_with("trial of a dead process "));
  EXPECT_EQ(count(), 1);
  EXPECT_TRUE(fs::exists(living.sub(".owner")));
  EXPECT_EQ(clean(), "");
}

TEST_F(CleanTest, TheNewestFailedBuildStays) {
  std::string old_build = failed_build(100), newest = failed_build(50);
  EXPECT_EQ(clean(true), "failed build 5\n");
  EXPECT_TRUE(fs::exists(old_build));
  EXPECT_EQ(clean(), "failed build 5\n");
  EXPECT_FALSE(fs::exists(old_build));
  EXPECT_TRUE(fs::exists(newest));
}

TEST_F(CleanTest, ABuildOfADeadProcessGoesAndARunningOneStays) {
  BuildDir running(tmp_.path() + "/tmp", id_, "token");
  pid_t child = fork();
  if (child == 0) {
    BuildDir mine(tmp_.path() + "/tmp", id_, "other-token");
    raise(SIGKILL);
  }
  waitpid(child, nullptr, 0);
  std::string cleaned = clean();
  EXPECT_TRUE(cleaned.starts_with("build of a dead process ")) << cleaned;
  EXPECT_EQ(clean(), "");
  EXPECT_TRUE(fs::exists(running.path()));
}

TEST_F(CleanTest, OldLogsGoAndNothingElse) {
  for (const char* name : {"a.log", "b.log", "notes.txt"})
    write_file(tmp_.path() + "/logs/" + name, "123");
  set_time(tmp_.path() + "/logs/a.log", int64_t{2} * 86'400);
  set_time(tmp_.path() + "/logs/notes.txt", int64_t{2} * 86'400);
  EXPECT_EQ(clean(), "old log 3\n");
  EXPECT_FALSE(fs::exists(tmp_.path() + "/logs/a.log"));
  EXPECT_TRUE(fs::exists(tmp_.path() + "/logs/b.log"));
  EXPECT_TRUE(fs::exists(tmp_.path() + "/logs/notes.txt"));
}

TEST_F(CleanTest, LogsMayStayForEver) {
  write_file(tmp_.path() + "/logs/a.log", "");
  set_time(tmp_.path() + "/logs/a.log", int64_t{400} * 86'400);
  EXPECT_TRUE(clean_builds({.log_dir = tmp_.path() + "/logs", .keep_logs_s = -1}).empty());
}

} // namespace
} // namespace hdist
