#include "base/trial_dir.h"

#include "base/error.h"
#include "base/lease.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>

namespace hdist {
namespace {

namespace fs = std::filesystem;

TEST(TrialDir, IsPrivateAndGoesWithItsObject) {
  TempDir tmp;
  auto trial = std::make_unique<TrialDir>(tmp.path() + "/temp");
  write_file(trial->sub("source/file"), "x");
  struct stat status {};
  ASSERT_EQ(lstat(fs::path(trial->sub("x")).parent_path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0700U);
  trial.reset();
  EXPECT_TRUE(fs::is_empty(tmp.path() + "/temp"));
}

TEST(TrialDir, WhatADeadProcessLeftGoesAndNothingElse) {
  TempDir tmp;
  const TrialDir living(tmp.path());
  const pid_t child = fork();
  if (child == 0) {
    const TrialDir killed(tmp.path());
    raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  const auto count = [&] {
    return std::distance(fs::directory_iterator(tmp.path()), fs::directory_iterator());
  };
  EXPECT_EQ(count(), 2);
  write_file(tmp.path() + "/trial-by-jury/act1", "x");
  write_file(tmp.path() + "/trial-abcdefghijkl2345/mine", "x");
  fs::create_directory(tmp.path() + "/trial-abcdefghijkl2346"); // killed before it had an owner
  write_file(tmp.path() + "/trial-abcdefghijkl2347/.tmp-abcdefghijkl2345", "hdist-cl");
  const TrialDir next(tmp.path());
  EXPECT_EQ(count(), 4);
  EXPECT_TRUE(fs::exists(living.sub(".owner")));
  EXPECT_TRUE(fs::exists(tmp.path() + "/trial-by-jury/act1"));
  EXPECT_TRUE(fs::exists(tmp.path() + "/trial-abcdefghijkl2345/mine"));
}

/// Of a process that died: what is to be in it after that is written by `fill`.
std::string name_of_dead(const std::string& parent,
                         const std::function<void(const TrialDir&)>& fill) {
  const pid_t child = fork();
  if (child == 0) {
    const TrialDir killed(parent, "killed-");
    fill(killed);
    raise(SIGKILL);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid");
  for (const Entry& entry : Dir::open(parent).list())
    if (entry.name.starts_with("killed-")) return entry.name;
  throw std::runtime_error("it left nothing");
}

TEST(TrialDir, ManyAreMadeInOnePlaceAtOnce) {
  TempDir tmp;
  std::atomic<int> made = 0;
  {
    std::array<std::jthread, 8> makers;
    for (std::jthread& maker : makers)
      maker = std::jthread([&] {
        for (int times = 0; times < 50; ++times) {
          const TrialDir trial(tmp.path());
          made += fs::exists(trial.sub(".owner")) ? 1 : 0;
        }
      });
  }
  EXPECT_EQ(made, 400);
  EXPECT_TRUE(fs::is_empty(tmp.path()));
}

TEST(TrialDir, APlaceThatIsRemovedIsAnError) {
  TempDir tmp;
  const Dir gone = Dir::create(tmp.path() + "/gone");
  fs::remove(tmp.path() + "/gone");
  EXPECT_THROW(TrialDir trial(gone), Error);
}

TEST(TrialDir, APlaceInWhichNothingCanBeMadeIsAnError) {
  EXPECT_THROW(TrialDir trial("/proc"), Error);
}

TEST(TrialDir, WhatIsLeftIsOfTheDeadOnceTheProcessHasEnded) {
  TempDir tmp;
  Dir parent = Dir::open(tmp.path());
  const std::string dead = name_of_dead(tmp.path(), [](const TrialDir&) {});
  EXPECT_TRUE(is_dead_trial_of_this_boot(parent, dead));
  remove_trial(parent, dead);
  std::string name;
  {
    TrialDir trial(tmp.path());
    name = trial.name();
    trial.leave();
  }
  EXPECT_TRUE(fs::exists(tmp.path() + "/" + name));
  EXPECT_FALSE(is_dead_trial_of_this_boot(parent, name));
}

TEST(TrialDir, IsOfThePrefixThatItGot) {
  TempDir tmp;
  {
    TrialDir trial(tmp.path(), "begun-");
    write_file(trial.sub("file"), "x");
    trial.rename("done-");
    EXPECT_TRUE(trial.name().starts_with("done-"));
    EXPECT_TRUE(fs::exists(trial.sub("file")));
  }
  EXPECT_TRUE(fs::is_empty(tmp.path()));
}

TEST(TrialDir, OneOfAnEarlierBootGoesADayLater) {
  TempDir tmp;
  Dir parent = Dir::open(tmp.path());
  const std::string name = "trial-abcdefghijkl2345", owner = tmp.path() + "/" + name + "/.owner";
  LeaseHolder holder = LeaseHolder::self("x");
  holder.boot_id = "00000000-0000-0000-0000-000000000000";
  write_file(owner, holder.text());
  EXPECT_TRUE(dead_trials(parent).empty());
  fs::last_write_time(owner, fs::file_time_type::clock::now() - std::chrono::hours(25));
  EXPECT_EQ(dead_trials(parent), std::vector<std::string>{name});
  EXPECT_FALSE(is_dead_trial_of_this_boot(parent, name)) << "anybody can say so";
  holder.host += "x";
  write_file(owner, holder.text());
  fs::last_write_time(owner, fs::file_time_type::clock::now() - std::chrono::hours(25));
  EXPECT_TRUE(dead_trials(parent).empty()) << "of another host nothing is known";
}

} // namespace
} // namespace hdist
