#include "base/named_file.h"

#include "testing/testing.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace hdist {
namespace {

constexpr int64_t kLimit = 100;

TEST(NamedFile, LinksAreFollowedToTheirEnd) {
  const TempDir tmp;
  write_file(tmp.path() + "/far/file", "text");
  ASSERT_EQ(::symlink("far", (tmp.path() + "/dir").c_str()), 0);
  ASSERT_EQ(::symlink("dir/file", (tmp.path() + "/first").c_str()), 0);
  ASSERT_EQ(::symlink("first", (tmp.path() + "/second").c_str()), 0);
  EXPECT_EQ(read_named_file(tmp.path() + "/second", kLimit), "text");
}

TEST(NamedFile, WhatIsMissingIsNothing) {
  const TempDir tmp;
  ASSERT_EQ(::symlink("nowhere", (tmp.path() + "/link").c_str()), 0);
  write_file(tmp.path() + "/file", "");
  EXPECT_EQ(read_named_file(tmp.path() + "/link", kLimit), std::nullopt);
  EXPECT_EQ(read_named_file(tmp.path() + "/a/b", kLimit), std::nullopt);
  EXPECT_EQ(read_named_file(tmp.path() + "/file/b", kLimit), std::nullopt);
}

TEST(NamedFile, ADirectoryIsSaidToBeOne) {
  EXPECT_EQ(message_of([] { read_named_file("/", kLimit); }), "/ is a directory; expected a file");
}

TEST(NamedFile, ItIsNotReadBeyondTheLimit) {
  const TempDir tmp;
  write_file(tmp.path() + "/file", std::string(101, 'x'));
  EXPECT_NE(message_of([&] { read_named_file(tmp.path() + "/file", kLimit); }), "(no error)");
}

} // namespace
} // namespace hdist
