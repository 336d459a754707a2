#include "build/trial_dir.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <memory>

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
  const TrialDir next(tmp.path());
  EXPECT_EQ(count(), 4);
  EXPECT_TRUE(fs::exists(living.sub(".owner")));
  EXPECT_TRUE(fs::exists(tmp.path() + "/trial-by-jury/act1"));
  EXPECT_TRUE(fs::exists(tmp.path() + "/trial-abcdefghijkl2345/mine"));
}

} // namespace
} // namespace hdist
