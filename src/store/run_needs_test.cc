#include "store/run_needs.h"

#include "base/process.h"
#include "store/store_roots.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <filesystem>
#include <functional>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class RunNeedsTest : public testing::Test {
protected:
  RunNeedsTest() { store_.make_dir("roots"); }
  std::vector<RunNeeds> look(bool remove_dead = true) {
    return RunWatch(judge_).look(store_.open_dir("roots"), remove_dead);
  }
  std::string folder() const { return tmp_.path() + "/roots/" + std::to_string(geteuid()); }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    if (std::optional<Dir> dir = Dir::open_if_exists(folder()))
      for (const Entry& entry : dir->list())
        names.push_back(entry.name.substr(entry.name.rfind('.')));
    return names;
  }
  void killed(const std::function<void()>& action) {
    pid_t child = fork();
    if (child == 0) {
      action();
      raise(SIGKILL);
    }
    waitpid(child, nullptr, 0);
  }
  static void make_old(const std::string& path, int days) {
    struct timespec times[2] = {{0, UTIME_OMIT},
                                {std::time(nullptr) - std::time_t{days} * 86'400, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  /// A claim of a process on another machine.
  void foreign(const std::string& file, const std::string& needs) {
    LeaseHolder holder = LeaseHolder::self("token");
    holder.boot_id = "another-boot";
    holder.host = "elsewhere";
    write_file(folder() + "/x.needs", needs);
    write_file(folder() + "/" + file, holder.text());
  }
  TempDir tmp_;
  Dir store_ = Dir::open(tmp_.path());
  StoreOptions options_ = test_options();
  ClaimJudge judge_{options_.lease};
  ArtifactId a_ = test_id("a"), b_ = test_id("b");
};

TEST_F(RunNeedsTest, ALivingProcessNeedsWhatItSaid) {
  OwnNeeds needs;
  needs.add(store_, {a_}, options_);
  needs.add(store_, {a_, b_}, options_);
  std::vector<RunNeeds> living = look();
  ASSERT_EQ(living.size(), 1u);
  EXPECT_EQ(living[0].uid, geteuid());
  EXPECT_EQ(living[0].holder.pid, getpid());
  EXPECT_EQ(living[0].ids, (std::vector<ArtifactId>{a_, b_}));
}

TEST_F(RunNeedsTest, NothingIsWrittenForNothing) {
  OwnNeeds needs;
  needs.add(store_, {}, options_);
  EXPECT_TRUE(files().empty());
}

TEST_F(RunNeedsTest, ItIsForgottenAtTheEnd) {
  { OwnNeeds().add(store_, {a_}, options_); }
  EXPECT_TRUE(files().empty());
}

TEST_F(RunNeedsTest, WhoWasTakenForDeadSaysItAgain) {
  OwnNeeds needs;
  needs.add(store_, {a_}, options_);
  fs::remove_all(folder());
  needs.add(store_, {b_}, options_);
  std::vector<RunNeeds> living = look();
  ASSERT_EQ(living.size(), 1u);
  EXPECT_EQ(living[0].ids, (std::vector<ArtifactId>{a_, b_}));
}

TEST_F(RunNeedsTest, TheFilesOfTheDeadGoWhenAsked) {
  killed([&] {
    OwnNeeds needs;
    needs.add(store_, {a_}, options_);
    hold_path(store_, "/x", options_, judge_);
    raise(SIGKILL);
  });
  EXPECT_TRUE(look(false).empty());
  EXPECT_EQ(files().size(), 4u);
  EXPECT_TRUE(look(true).empty());
  EXPECT_TRUE(files().empty());
}

TEST_F(RunNeedsTest, AHeldPathIsNeededByTheProcessUnderAnyProgram) {
  EXPECT_FALSE(hold_path(store_, "/some/profile", options_, judge_).empty());
  std::vector<RunNeeds> living = look();
  ASSERT_EQ(living.size(), 1u);
  EXPECT_EQ(living[0].paths, std::vector<std::string>{"/some/profile"});
  EXPECT_NE(message_of([&] { hold_path(store_, "/a\nb", options_, judge_); }).find("line break"),
            std::string::npos);
}

TEST_F(RunNeedsTest, ManyDeadOnesDoNotPileUp) {
  constexpr int kRuns = 100;
  killed([&] {
    for (int i = 0; i < kRuns; ++i)
      killed([&] { hold_path(store_, "/x", options_, judge_); });
  });
  EXPECT_LE(files().size(), 66u);
  EXPECT_TRUE(look().empty());
  EXPECT_TRUE(files().empty());
}

TEST_F(RunNeedsTest, AProcessWithTheTokenStillNeedsIt) {
  int token_pipe[2];
  ASSERT_EQ(pipe2(token_pipe, O_CLOEXEC), 0);
  pid_t second = 0;
  killed([&] {
    std::string token = hold_path(store_, "/x", options_, judge_);
    pid_t child = fork();
    if (child == 0) {
      setenv("HDIST_RUN_TOKEN", token.c_str(), 1); // NOLINT(concurrency-mt-unsafe)
      execl("/bin/sleep", "sleep", "60", nullptr);
      _exit(1);
    }
    while (kill_by_token(token, true) == 0)
      usleep(1000);
    if (write(token_pipe[1], &child, sizeof child) != sizeof child) _exit(1);
  });
  ASSERT_EQ(read(token_pipe[0], &second, sizeof second), static_cast<ssize_t>(sizeof second));
  EXPECT_EQ(look().size(), 1u);
  kill(second, SIGKILL);
  for (int i = 0; i < 1000 && !look().empty(); ++i)
    usleep(1000);
  EXPECT_TRUE(look().empty());
}

TEST_F(RunNeedsTest, AHeartbeatElsewhereIsBelievedUntilItStandsStill) {
  foreign("x.run", a_.str() + "\n");
  EXPECT_EQ(look().size(), 1u);
  usleep(150'000); // dead_after of test_options()
  EXPECT_TRUE(look().empty());
}

TEST_F(RunNeedsTest, WhatHasNoHeartbeatIsBelievedForAMonth) {
  foreign("x.held", "/x\n");
  EXPECT_EQ(look().size(), 1u);
  usleep(150'000);
  EXPECT_EQ(look().size(), 1u);
  make_old(folder() + "/x.held", 31);
  EXPECT_TRUE(look().empty());
}

TEST_F(RunNeedsTest, OnAFileSystemOfThisMachineAnotherBootIsOver) {
  foreign("x.held", "/x\n");
  ClaimJudge local(options_.lease, true);
  EXPECT_TRUE(RunWatch(local).look(store_.open_dir("roots"), true).empty());
}

TEST_F(RunNeedsTest, ALineCountsWhenItIsComplete) {
  foreign("x.held", a_.str() + "\nnonsense\n/path\n" + b_.str());
  std::vector<RunNeeds> living = look();
  ASSERT_EQ(living.size(), 1u);
  EXPECT_EQ(living[0].ids, std::vector<ArtifactId>{a_});
  EXPECT_EQ(living[0].paths, std::vector<std::string>{"/path"});
}

TEST_F(RunNeedsTest, AListWithoutClaimGoesAfterADay) {
  write_file(folder() + "/x.needs", "");
  look();
  EXPECT_EQ(files().size(), 1u);
  make_old(folder() + "/x.needs", 2);
  look();
  EXPECT_TRUE(files().empty());
}

TEST_F(RunNeedsTest, AStoreThatCannotBeWrittenIsNoError) {
  if (geteuid() == 0) GTEST_SKIP() << "root writes everywhere";
  store_.set_mode("roots", 0555);
  OwnNeeds needs;
  needs.add(store_, {a_}, options_);
  EXPECT_EQ(hold_path(store_, "/x", options_, judge_), "");
  store_.set_mode("roots", 0755);
}

} // namespace
} // namespace hdist
