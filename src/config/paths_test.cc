#include "config/paths.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hdist {
namespace {

TEST(Paths, PartsOfTheProgramAreFoundBesideIt) {
  TempDir tmp;
  ConfigRequest request;
  request.environment.set("HDIST_HOME", tmp.path());
  Paths paths = find_paths(Config::load(Brand(), request), program_in("/opt/x", Brand()));
  EXPECT_EQ(paths.supervise, "/opt/x/lib/hdist/supervise");
  EXPECT_EQ(paths.packages, "/opt/x/share/hdist/packages");
  EXPECT_EQ(paths.schemas, "/opt/x/share/hdist/schemas");
  EXPECT_EQ(paths.logs, tmp.path() + "/.hashdist/logs");
}

Paths some_paths(const std::string& root) {
  Paths paths;
  paths.root = root;
  paths.modules = "/opt/x/lib/hdist";
  return paths;
}

TEST(Paths, BuildsAreMadeWhereTheConfigSays) {
  TempDir tmp;
  EXPECT_EQ(make_temp_dir(tmp.path() + "/a/b", "", some_paths(tmp.path())), tmp.path() + "/a/b");
}

TEST(Paths, ADirectoryForBuildsIsPrivate) {
  TempDir tmp;
  std::string made =
      make_temp_dir("", tmp.path(), some_paths("/x")); // TMPDIR first, when it is fit
  EXPECT_TRUE(made.starts_with(tmp.path() + "/hdist-" + std::to_string(geteuid()) + "-")) << made;
  struct stat info {};
  ASSERT_EQ(stat(made.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
}

TEST(Paths, EachRootHasADirectoryForBuildsOfItsOwn) {
  TempDir tmp;
  std::string made = make_temp_dir("", tmp.path(), some_paths(tmp.path() + "/root"));
  EXPECT_NE(made, make_temp_dir("", tmp.path(), some_paths(tmp.path() + "/other")));
  EXPECT_EQ(made, make_temp_dir("", tmp.path(), some_paths(tmp.path() + "/root")));
}

TEST(Paths, WhatSomebodyHasPutAtItsNameIsPassedBy) {
  TempDir tmp, far;
  Paths root = some_paths(tmp.path() + "/root");
  std::string name = make_temp_dir("", tmp.path(), root);
  ASSERT_EQ(rmdir(name.c_str()), 0);
  ASSERT_EQ(symlink(far.path().c_str(), name.c_str()), 0);
  std::string beside = make_temp_dir("", tmp.path(), root);
  EXPECT_NE(beside, name);
  EXPECT_FALSE(beside.starts_with(far.path()));
  EXPECT_EQ(rmdir(beside.c_str()), 0); // it may be in /tmp itself
  ASSERT_EQ(unlink(name.c_str()), 0);
  if (geteuid() != 0) GTEST_SKIP() << "needs root to give a directory away";
  ASSERT_EQ(mkdir(name.c_str(), 0777), 0);
  ASSERT_EQ(chown(name.c_str(), 12345, 12345), 0);
  EXPECT_EQ(make_temp_dir("", tmp.path(), root), beside);
  EXPECT_EQ(rmdir(beside.c_str()), 0);
}

TEST(Paths, TheDirectoryBelowTheRootMustBeOnesOwn) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to give a directory away";
  TempDir tmp;
  // TMPDIR is not set, and in /tmp stands a file, unless /tmp is not fit anyway.
  std::string taken = make_temp_dir("", "", some_paths(tmp.path()));
  if (taken.starts_with("/tmp/hdist-")) {
    ASSERT_EQ(rmdir(taken.c_str()), 0);
    write_file(taken, "");
    ASSERT_EQ(mkdir((tmp.path() + "/tmp").c_str(), 0700), 0);
  }
  ASSERT_EQ(chown((tmp.path() + "/tmp").c_str(), 12345, 12345), 0);
  std::string text = message_of([&] { make_temp_dir("", "", some_paths(tmp.path())); });
  if (taken.starts_with("/tmp/hdist-")) unlink(taken.c_str());
  EXPECT_NE(text.find("belongs to user 12345"), std::string::npos) << text;
}

} // namespace
} // namespace hdist
