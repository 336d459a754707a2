#include "build/build_profile.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class BuildProfileTest : public testing::Test {
protected:
  std::string make(int owner) { return make_build_profile_dir(parent_, "zlib", owner); }
  std::string clean(bool dry_run = false) {
    std::string text;
    for (const CleanedBuild& one : clean_build_profiles(parent_, dry_run))
      text += one.path + "\n";
    return text;
  }
  TempDir tmp_;
  std::string parent_ = tmp_.path() + "/new/profiles";
};

TEST_F(BuildProfileTest, StaysUntilItsOwnerHasEnded) {
  EXPECT_EQ(clean(), "");
  const std::string mine = make(::getpid());
  const pid_t owner = ::fork();
  if (owner == 0)
    while (true)
      ::pause();
  const std::string others = make(owner);
  EXPECT_TRUE(others.starts_with(parent_ + "/zlib-"));
  EXPECT_TRUE(fs::is_empty(others));
  EXPECT_EQ(clean(), "");
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  EXPECT_EQ(clean(true), others + "\n");
  EXPECT_TRUE(fs::exists(others));
  EXPECT_EQ(clean(), others + "\n");
  EXPECT_FALSE(fs::exists(others));
  EXPECT_TRUE(fs::exists(mine));
}

TEST_F(BuildProfileTest, IsRemovedWithAllThatSaysWhoseItIs) {
  const std::string path = make(::getpid());
  write_file(path + "/bin/file", "x");
  remove_build_profile(path);
  EXPECT_TRUE(fs::is_empty(parent_));
}

TEST_F(BuildProfileTest, WhatIsNotCalledLikeOneIsLeftAlone) {
  make(::getpid());
  for (const char* name :
       {"..owner", "...owner", "x.owner", "zlib-abcd.owner", ".zlib-abcdefgh.owner"})
    write_file(parent_ + "/" + name, R"({"pid": 1})");
  EXPECT_EQ(clean(), "");
  EXPECT_TRUE(fs::exists(parent_ + "/..owner"));
}

TEST_F(BuildProfileTest, NobodyIsNoOwner) {
  EXPECT_NE(message_of([&] { make(INT32_MAX); }).find("no process"), std::string::npos);
}

} // namespace
} // namespace hdist
