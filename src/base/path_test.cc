#include "base/path.h"

#include "testing/testing.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace hdist {
namespace {

TEST(JoinPath, AddsOneSlash) {
  EXPECT_EQ(join_path("a", "b"), "a/b");
  EXPECT_EQ(join_path("a/", "b"), "a/b");
  EXPECT_EQ(join_path("/", "b"), "/b");
}

TEST(JoinPath, EmptyPartsAndDotsAddNothing) {
  EXPECT_EQ(join_path("a", ""), "a");
  EXPECT_EQ(join_path("a", "."), "a");
  EXPECT_EQ(join_path("", "b"), "b");
  EXPECT_EQ(join_path(".", "b"), "b");
  EXPECT_EQ(join_path(".", ""), ".");
}

TEST(JoinPath, AnAbsoluteNameIsTheResult) {
  EXPECT_EQ(join_path("a", "/b"), "/b");
}

TEST(BaseName, IsTheLastPartWithoutTrailingSlashes) {
  EXPECT_EQ(base_name("a/b"), "b");
  EXPECT_EQ(base_name("a/b//"), "b");
  EXPECT_EQ(base_name("b"), "b");
  EXPECT_EQ(base_name("/"), "/");
  EXPECT_EQ(base_name("/b"), "b");
}

TEST(ParentPath, IsWhatIsBeforeTheLastPart) {
  EXPECT_EQ(parent_path("a/b/c"), "a/b");
  EXPECT_EQ(parent_path("a/b/"), "a");
  EXPECT_EQ(parent_path("a//b"), "a");
  EXPECT_EQ(parent_path("a"), ".");
  EXPECT_EQ(parent_path("/a"), "/");
  EXPECT_EQ(parent_path("/"), "/");
}

TEST(NormalPath, DropsDotsAndDoubleSlashesAndResolvesTwoDotsTextually) {
  EXPECT_EQ(normal_path("a/./b//c/"), "a/b/c");
  EXPECT_EQ(normal_path("a/../b"), "b");
  EXPECT_EQ(normal_path("a/.."), ".");
  EXPECT_EQ(normal_path(""), ".");
  EXPECT_EQ(normal_path("../a/../../b"), "../../b");
  EXPECT_EQ(normal_path("/../a"), "/a");
  EXPECT_EQ(normal_path("//"), "/");
}

TEST(RelativePath, LeadsFromOneDirectoryToTheOther) {
  EXPECT_EQ(relative_path("/a/b/c", "/a/d"), "../b/c");
  EXPECT_EQ(relative_path("/a/b", "/a"), "b");
  EXPECT_EQ(relative_path("/a", "/a/b/c"), "../..");
  EXPECT_EQ(relative_path("/a", "/a"), ".");
  EXPECT_EQ(relative_path("/ab", "/a"), "../ab");
  EXPECT_EQ(relative_path("/x/y", "/"), "x/y");
}

TEST(AbsolutePath, BeginsAtTheCurrentDirectory) {
  EXPECT_EQ(absolute_path("/a/../b"), "/b");
  const std::string here = real_path(".");
  EXPECT_EQ(absolute_path("x/./y"), join_path(here, "x/y"));
  EXPECT_EQ(absolute_path(""), absolute_path("."));
}

TEST(AbsolutePath, ARemovedCurrentDirectoryIsSaidToBeRemoved) {
  const TempDir tmp;
  const std::string before = real_path(".");
  const std::string gone = tmp.path() + "/gone";
  ASSERT_EQ(::mkdir(gone.c_str(), 0755), 0);
  ASSERT_EQ(::chdir(gone.c_str()), 0);
  ASSERT_EQ(::rmdir(gone.c_str()), 0);
  EXPECT_EQ(message_of([] { absolute_path("x"); }),
            "the current directory has been removed; change to another one");
  ASSERT_EQ(::chdir(before.c_str()), 0);
}

TEST(RealPath, ResolvesEveryLink) {
  const TempDir tmp;
  write_file(tmp.path() + "/dir/file", "x");
  ASSERT_EQ(::symlink("dir", (tmp.path() + "/link").c_str()), 0);
  EXPECT_EQ(real_path(tmp.path() + "/link/file"), tmp.path() + "/dir/file");
}

TEST(RealPath, OfWhatIsMissingIsAnErrorOrNothing) {
  const TempDir tmp;
  EXPECT_EQ(message_of([&] { real_path(tmp.path() + "/no"); }),
            "realpath " + tmp.path() + "/no: No such file or directory");
  EXPECT_EQ(real_path_if_exists(tmp.path() + "/no"), std::nullopt);
  EXPECT_EQ(real_path_if_exists(tmp.path()), tmp.path());
}

} // namespace
} // namespace hdist
