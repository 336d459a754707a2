#include "testing/lying_calls.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace hdist {
namespace {

TEST(LyingCalls, TheCallIsDoneAndSaysThatItFailed) {
  const TempDir tmp;
  write_file(tmp.path() + "/a", "x");
  const std::string from = tmp.path() + "/a";
  const std::string to = tmp.path() + "/b";
  {
    const LyingCalls lie("renameat2", EEXIST);
    EXPECT_EQ(::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0), -1);
    EXPECT_EQ(errno, EEXIST);
    EXPECT_EQ(LyingCalls::lies(), 1);
  }
  EXPECT_EQ(read_file(to), "x");
  EXPECT_EQ(::renameat2(AT_FDCWD, to.c_str(), AT_FDCWD, from.c_str(), 0), 0);
}

TEST(LyingCalls, WhatReallyFailsSaysWhy) {
  const TempDir tmp;
  const LyingCalls lie("linkat", EEXIST);
  const std::string from = tmp.path() + "/no", to = tmp.path() + "/such";
  EXPECT_EQ(::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0), -1);
  EXPECT_EQ(errno, ENOENT);
  EXPECT_EQ(LyingCalls::lies(), 0);
}

} // namespace
} // namespace hdist
