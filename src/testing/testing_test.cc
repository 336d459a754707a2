#include "testing/testing.h"

#include "base/error.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <stdexcept>
#include <sys/stat.h>

namespace hdist {
namespace {

namespace fs = std::filesystem;

TEST(TempDir, IsEmptyAndGoneAfterwards) {
  std::string path;
  {
    TempDir tmp;
    path = tmp.path();
    EXPECT_TRUE(fs::is_empty(path));
    EXPECT_EQ(path, fs::canonical(path).string());
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TempDir, IsGoneAfterwardsAlsoWhenItsContentWasMadeReadOnly) {
  std::string path;
  {
    TempDir tmp;
    path = tmp.path();
    write_file(path + "/a/b/file", "x");
    write_file(path + "/outside", "x");
    fs::create_symlink("../outside", path + "/a/link");
    fs::permissions(path + "/a/b", fs::perms::owner_read);
    fs::permissions(path + "/a", fs::perms::owner_read | fs::perms::owner_exec);
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TempDir, RemovesASymlinkAndNotWhatItPointsTo) {
  TempDir kept;
  write_file(kept.path() + "/file", "x");
  fs::permissions(kept.path() + "/file", fs::perms::owner_read);
  {
    TempDir tmp;
    fs::create_directory_symlink(kept.path(), tmp.path() + "/link");
  }
  EXPECT_EQ(read_file(kept.path() + "/file"), "x");
}

TEST(WriteFile, MakesTheDirectoriesAboveAndReplacesWhatWasThere) {
  TempDir tmp;
  std::string path = tmp.path() + "/a/b/c";
  write_file(path, "a longer text");
  std::string bytes("\0\n\xff", 3);
  write_file(path, bytes);
  EXPECT_EQ(read_file(path), bytes);
}

TEST(ReadFile, ThrowsWhenThereIsNoFile) {
  TempDir tmp;
  EXPECT_THROW(read_file(tmp.path() + "/none"), std::runtime_error);
}

TEST(MessageOf, IsTheTextOfTheErrorAndSaysWhenThereIsNone) {
  EXPECT_EQ(message_of([] { throw Error(ErrorKind::failed, "test.code", "it broke"); }),
            "it broke");
  EXPECT_EQ(message_of([] {}), "(no error)");
}

TEST(FirstLine, EndsBeforeItsLineEnd) {
  EXPECT_EQ(first_line("a\nb\n"), "a");
  EXPECT_EQ(first_line("a"), "a");
}

TEST(CodeOf, IsTheCodeOfTheErrorAndSaysWhenThereIsNone) {
  EXPECT_EQ(code_of([] { throw Error(ErrorKind::failed, "test.code", "it broke"); }), "test.code");
  EXPECT_EQ(code_of([] {}), "(no error)");
}

TEST(Eventually, AsksUntilItHolds) {
  int asked = 0;
  EXPECT_TRUE(eventually([&] { return ++asked == 3; }));
  EXPECT_EQ(asked, 3);
}

TEST(Umask, IsPutBack) {
  Umask outer(027);
  { Umask inner(077); }
  EXPECT_EQ(::umask(027), 027u);
}

TEST(MessageOf, LetsOtherExceptionsPass) {
  EXPECT_THROW(message_of([] { throw std::logic_error("a bug"); }), std::logic_error);
}

} // namespace
} // namespace hdist
