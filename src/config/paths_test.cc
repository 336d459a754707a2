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
  EXPECT_EQ(made, tmp.path() + "/hdist-" + std::to_string(geteuid()));
  struct stat info {};
  ASSERT_EQ(stat(made.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
}

TEST(Paths, ADirectoryOfSomebodyElseIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to give a directory away";
  TempDir tmp;
  std::string name = tmp.path() + "/hdist-0";
  ASSERT_EQ(mkdir(name.c_str(), 0777), 0);
  ASSERT_EQ(chown(name.c_str(), 12345, 12345), 0);
  EXPECT_NE(message_of([&] {
              make_temp_dir("", tmp.path(), some_paths("/x"));
            }).find("belongs to user 12345"),
            std::string::npos);
}

} // namespace
} // namespace hdist
