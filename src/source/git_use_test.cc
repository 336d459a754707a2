#include "source/git_use.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

class GitUseTest : public ::testing::Test {
protected:
  void lock_files() const {
    for (const char* name : {"packed-refs.lock", "refs/hdist/kept/abc.lock",
                             "refs/hdist/incoming/xyz/one.lock", "objects/info/commit-graph.lock"})
      write_file(repository_ + "/" + name, "");
  }
  int locks() const {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(repository_))
      count += entry.path().extension() == ".lock" ? 1 : 0;
    return count;
  }
  TempDir tmp_;
  std::string repository_ = tmp_.path() + "/store/git/repository";
};

TEST_F(GitUseTest, LocksOfAKilledGitAreRemoved) {
  lock_files();
  write_file(repository_ + "/refs/hdist/kept/abc", "x");
  const GitUse use(repository_);
  EXPECT_EQ(locks(), 0);
  EXPECT_TRUE(std::filesystem::exists(repository_ + "/refs/hdist/kept/abc"));
}

TEST_F(GitUseTest, LocksAreLeftWhileAnotherProcessIsAtIt) {
  std::filesystem::create_directories(repository_);
  const GitUse first(repository_), second(repository_);
  lock_files();
  const GitUse third(repository_);
  EXPECT_EQ(locks(), 4);
}

TEST_F(GitUseTest, ARepositoryThatIsNotThereIsNoError) {
  EXPECT_NO_THROW(GitUse{repository_});
}

} // namespace
} // namespace hdist
