#include "config/places.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

namespace hdist {
namespace {

TEST(Places, FoldersOfTheSystemAreRefusedAndWhatIsBelowThemIsNot) {
  for (const char* path : {"/", "/usr", "/usr/", "/usr/../etc", "/proc/self/x", "/sys/fs", "/var"})
    EXPECT_TRUE(is_system_folder(path)) << path;
  for (const char* path : {"/tmp", "/usr/local/stacks", "/var/lib/stacks", "/dev/shm/x", "/scratch",
                           "/home/me", "/procs"})
    EXPECT_FALSE(is_system_folder(path)) << path;
  TempDir tmp;
  std::filesystem::create_symlink("/usr", tmp.path() + "/link");
  EXPECT_EQ(code_of([&] { check_place(tmp.path() + "/link"); }), "config.value");
}

TEST(Places, AFileInTheWayIsRefused) {
  TempDir tmp;
  write_file(tmp.path() + "/file", "");
  EXPECT_EQ(message_of([&] { check_place(tmp.path() + "/file"); }),
            "\"" + tmp.path() + "/file\": expected a directory, but it is none");
  EXPECT_EQ(message_of([&] { check_place(tmp.path() + "/file/a/b"); }),
            "\"" + tmp.path() + "/file/a/b\": expected a directory, but " + tmp.path() +
                "/file is none");
  EXPECT_NO_THROW(check_place(tmp.path() + "/none/yet"));
  EXPECT_EQ(doubt_about_place(tmp.path() + "/none/yet"), std::nullopt);
}

TEST(Places, OneDirectoryInAnotherIsNoticed) {
  EXPECT_EQ(how_overlapping("/a/b", "/a/b"), "are the same");
  EXPECT_EQ(how_overlapping("/a/b", "/a"), "lie in one another");
  EXPECT_EQ(how_overlapping("/a", "/a/b/c"), "lie in one another");
  EXPECT_EQ(how_overlapping("/a/b", "/a/bc"), std::nullopt);
}

TEST(Places, WhatMayNotBeWrittenNowIsADoubt) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  TempDir tmp;
  std::filesystem::permissions(tmp.path(), std::filesystem::perms::owner_read);
  EXPECT_EQ(doubt_about_place(tmp.path() + "/x/y"),
            "nothing can be made in " + tmp.path() + "/x/y now: Permission denied");
  std::filesystem::permissions(tmp.path(), std::filesystem::perms::owner_all);
}

} // namespace
} // namespace hdist
