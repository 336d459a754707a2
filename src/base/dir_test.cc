#include "base/dir.h"

#include "base/error.h"
#include "testing/testing.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

namespace hdist {
namespace {

mode_t mode_of(const Dir& dir, const std::string& name) {
  return dir.stat(name).value().st_mode & 07777;
}

class DirTest : public ::testing::Test {
protected:
  TempDir tmp_;
  Dir dir_ = Dir::open(tmp_.path());
};

TEST_F(DirTest, AFailedCallNamesTheCallAndThePath) {
  EXPECT_EQ(message_of([&] { (void)dir_.open_dir("zlib"); }),
            "openat " + tmp_.path() + "/zlib: No such file or directory");
}

TEST_F(DirTest, RefusesNamesThatCouldLeadElsewhere) {
  const std::string with_nul("a\0b", 3);
  for (const std::string& name :
       {std::string("/etc"), std::string(".."), std::string("a/../b"), std::string("a/.."),
        std::string(), with_nul, std::string("a/"), std::string("a/.")}) {
    EXPECT_EQ(code_of([&] { (void)dir_.open_dir(name); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { (void)dir_.open_dir_if_exists(name); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { (void)dir_.make_new_dir(name); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { (void)dir_.make_dirs(name); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { (void)dir_.open_file(name, O_RDONLY); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { dir_.write_file(name, ""); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { (void)dir_.link_new_file(name, ""); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { dir_.make_symlink("x", name); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { dir_.replace_symlink("x", name); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { (void)dir_.read_link(name); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { (void)dir_.exists(name); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { dir_.rename("a", name); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { dir_.rename(name, "a"); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { (void)dir_.rename_new("a", name); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { (void)dir_.remove_file(name); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { dir_.remove_tree(name); }), "file.bad-name") << name;
    EXPECT_EQ(code_of([&] { dir_.set_mode(name, 0644); }), "file.bad-name") << name;
  }
  EXPECT_EQ(code_of([&] { (void)Dir::open(with_nul); }), "file.bad-name");
}

TEST_F(DirTest, ABadNameIsRefusedForSafety) {
  try {
    (void)dir_.open_dir("../x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::refused);
    EXPECT_STREQ(error.what(), "refused the file name \"../x\": it has a \"..\" part");
  }
}

TEST_F(DirTest, DotsWithinNamesAreNames) {
  dir_.write_file("..a", "1");
  dir_.write_file("a..", "2");
  dir_.write_file("...", "3");
  EXPECT_EQ(dir_.list().size(), 3U);
}

TEST_F(DirTest, OpenFollowsLinksOfTheUserButNamesAreNotFollowed) {
  (void)dir_.make_dir("real");
  dir_.make_symlink("real", "link");
  EXPECT_TRUE(Dir::open_if_exists(tmp_.path() + "/link"));
  EXPECT_EQ(message_of([&] { (void)dir_.open_dir("link"); }),
            "openat " + tmp_.path() + "/link: it is a symbolic link, which is not followed here");
  EXPECT_EQ(code_of([&] { (void)dir_.open_dir_if_exists("link"); }), "file.is-link");
  EXPECT_EQ(code_of([&] { (void)dir_.make_dir("link"); }), "file.is-link");
  EXPECT_EQ(code_of([&] { (void)dir_.open_file("link", O_RDONLY); }), "file.is-link");
}

TEST_F(DirTest, OpenIfExistsIsEmptyForWhatIsAbsentOnly) {
  EXPECT_FALSE(Dir::open_if_exists(tmp_.path() + "/no"));
  EXPECT_FALSE(dir_.open_dir_if_exists("no"));
  EXPECT_FALSE(dir_.open_dir_if_exists("no/deeper"));
  dir_.write_file("file", "");
  EXPECT_FALSE(dir_.open_dir_if_exists("file/deeper"));
  EXPECT_EQ(code_of([&] { (void)dir_.open_dir_if_exists("file"); }), "system.ENOTDIR");
  EXPECT_EQ(code_of([&] { (void)Dir::open_if_exists(tmp_.path() + "/file"); }), "system.ENOTDIR");
}

TEST_F(DirTest, ThePathIsAbsoluteAlsoWhenTheGivenOneIsNot) {
  EXPECT_EQ(Dir::open(".").path(), absolute_path("."));
  EXPECT_EQ(Dir::open(tmp_.path() + "/.").path(), tmp_.path());
  (void)dir_.make_dirs("a/b");
  dir_.make_symlink("a/b", "link");
  // The parent of the link's target, which text alone cannot know.
  EXPECT_EQ(Dir::open(tmp_.path() + "/link/..").path(), tmp_.path() + "/a");
}

TEST_F(DirTest, CreateMakesAllThatIsMissing) {
  EXPECT_EQ(Dir::create(tmp_.path() + "/a//b/c/").path(), tmp_.path() + "/a/b/c");
  EXPECT_EQ(Dir::create(tmp_.path() + "/a/b/c").path(), tmp_.path() + "/a/b/c");
  EXPECT_TRUE(dir_.open_dir_if_exists("a/b/c"));
  dir_.write_file("file", "");
  EXPECT_EQ(code_of([&] { (void)Dir::create(tmp_.path() + "/file/x"); }), "system.ENOTDIR");
}

TEST_F(DirTest, StaysWithItsDirectoryWhenThatIsRenamed) {
  const Dir inner = dir_.make_dir("old");
  dir_.rename("old", "new");
  dir_.make_symlink("/", "old");
  inner.write_file("x", "1");
  EXPECT_EQ(dir_.read_file("new/x"), "1");
}

TEST_F(DirTest, ModesAreExactWhateverTheUmask) {
  for (const mode_t mask : {0U, 022U, 077U, 0777U}) {
    const Umask umask(mask);
    const std::string n = std::to_string(mask);
    EXPECT_TRUE(dir_.make_new_dir("new" + n, 02775));
    (void)dir_.make_dir("dir" + n, 0700);
    (void)dir_.make_dirs("deep" + n + "/er");
    (void)dir_.open_file("open" + n, O_WRONLY | O_CREAT, 0444);
    dir_.write_file("write" + n, "x", {.mode = 0666});
    EXPECT_TRUE(dir_.link_new_file("link" + n, "x", {.mode = 0444}));
    EXPECT_EQ(mode_of(dir_, "new" + n), 02775U);
    EXPECT_EQ(mode_of(dir_, "dir" + n), 0700U);
    EXPECT_EQ(mode_of(dir_, "deep" + n), 0755U);
    EXPECT_EQ(mode_of(dir_, "deep" + n + "/er"), 0755U);
    EXPECT_EQ(mode_of(dir_, "open" + n), 0444U);
    EXPECT_EQ(mode_of(dir_, "write" + n), 0666U);
    EXPECT_EQ(mode_of(dir_, "link" + n), 0444U);
  }
}

TEST_F(DirTest, MakeNewDirIsExclusiveAndMakeDirIsNot) {
  EXPECT_TRUE(dir_.make_new_dir("a", 0700));
  EXPECT_FALSE(dir_.make_new_dir("a"));
  (void)dir_.make_dir("a", 0755);
  EXPECT_EQ(mode_of(dir_, "a"), 0700U); // what is there keeps its mode
  dir_.make_symlink("nowhere", "dangling");
  EXPECT_FALSE(dir_.make_new_dir("dangling"));
}

TEST_F(DirTest, MakeDirsFollowsNoLinkOnTheWay) {
  const TempDir outside;
  dir_.make_symlink(outside.path(), "link");
  EXPECT_EQ(code_of([&] { (void)dir_.make_dirs("link/x"); }), "file.is-link");
  EXPECT_TRUE(Dir::open(outside.path()).list().empty());
  EXPECT_EQ(dir_.make_dirs("a/./b//c").path(), tmp_.path() + "/a/b/c");
  EXPECT_EQ(dir_.make_dirs(".").path(), tmp_.path());
}

TEST_F(DirTest, ReadFileGivesAllBytesUpToTheLimit) {
  const std::string bytes = std::string("\0\n", 2) + std::string(100'000, 'x');
  dir_.write_file("file", bytes);
  EXPECT_EQ(dir_.read_file("file"), bytes);
  EXPECT_EQ(dir_.read_file("file", 100'002), bytes);
  EXPECT_EQ(code_of([&] { (void)dir_.read_file("file", 100'001); }), "file.too-large");
  EXPECT_EQ(code_of([&] { (void)dir_.read_file("file", 0); }), "file.too-large");
  dir_.write_file("empty", "");
  EXPECT_EQ(dir_.read_file("empty", 0), "");
}

TEST_F(DirTest, ReadFileKnowsTheSizeOnlyFromReading) {
  const Dir proc = Dir::open("/proc/self");
  EXPECT_GT(proc.read_file("status").size(), 100U); // st_size is 0 there
  EXPECT_EQ(code_of([&] { (void)proc.read_file("status", 10); }), "file.too-large");
}

TEST_F(DirTest, ReadFileDoesNotWaitForANamedPipe) {
  ASSERT_EQ(::mkfifoat(dir_.fd(), "pipe", 0600), 0);
  EXPECT_EQ(code_of([&] { (void)dir_.read_file("pipe"); }), "file.not-regular");
  (void)dir_.make_dir("dir");
  EXPECT_EQ(code_of([&] { (void)dir_.read_file("dir"); }), "file.not-regular");
}

TEST_F(DirTest, ReadFileIfExistsIsEmptyForWhatIsAbsentOnly) {
  EXPECT_EQ(dir_.read_file_if_exists("no"), std::nullopt);
  dir_.write_file("file", "1");
  EXPECT_EQ(dir_.read_file_if_exists("file"), "1");
  EXPECT_EQ(dir_.read_file_if_exists("file/x"), std::nullopt);
  dir_.make_symlink("file", "link");
  EXPECT_EQ(code_of([&] { (void)dir_.read_file_if_exists("link"); }), "file.is-link");
}

TEST_F(DirTest, FilesAreClosedOnExec) {
  const Fd fd = dir_.open_file("x", O_RDWR | O_CREAT);
  const Dir copy = dir_.duplicate();
  for (const int each : {fd.get(), dir_.fd(), copy.fd()})
    EXPECT_NE(::fcntl(each, F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(DirTest, OpeningAnExistingFileToCreateKeepsItsContentAndMode) {
  dir_.write_file("x", "1", {.mode = 0600});
  const Fd fd = dir_.open_file("x", O_WRONLY | O_APPEND | O_CREAT, 0644);
  write_all(fd.get(), "2", "x");
  EXPECT_EQ(dir_.read_file("x"), "12");
  EXPECT_EQ(mode_of(dir_, "x"), 0600U);
  EXPECT_EQ(code_of([&] { (void)dir_.open_file("x", O_WRONLY | O_CREAT | O_EXCL); }),
            "system.EEXIST");
}

TEST_F(DirTest, OpeningToCreateDoesNotFollowADanglingLink) {
  dir_.make_symlink("target", "link");
  EXPECT_EQ(code_of([&] { (void)dir_.open_file("link", O_WRONLY | O_CREAT); }), "file.is-link");
  EXPECT_FALSE(dir_.exists("target"));
}

TEST_F(DirTest, ReadLinkIsEmptyForAllButLinks) {
  const std::string target(3000, 't');
  dir_.make_symlink(target, "link");
  dir_.write_file("file", "");
  EXPECT_EQ(dir_.read_link("link"), target);
  EXPECT_EQ(dir_.read_link("file"), std::nullopt);
  EXPECT_EQ(dir_.read_link("no"), std::nullopt);
  EXPECT_EQ(code_of([&] { dir_.make_symlink("x", "link"); }), "system.EEXIST");
}

TEST_F(DirTest, StatLooksAtTheLinkItself) {
  dir_.make_symlink("nowhere", "link");
  EXPECT_TRUE(S_ISLNK(dir_.stat("link").value().st_mode));
  EXPECT_TRUE(dir_.exists("link"));
  EXPECT_FALSE(dir_.exists("nowhere"));
  EXPECT_FALSE(dir_.exists("link/x"));
  EXPECT_EQ(code_of([&] { (void)dir_.exists(std::string(300, 'x')); }), "system.ENAMETOOLONG");
}

TEST_F(DirTest, ListIsSortedByBytesAndTellsTypes) {
  dir_.write_file("b", "");
  dir_.write_file("B", "");
  (void)dir_.make_dir("a");
  dir_.make_symlink("a", "\xc3\xa4");
  ASSERT_EQ(::mkfifoat(dir_.fd(), "pipe", 0600), 0);
  std::string text;
  for (int twice = 0; twice < 2; ++twice) { // each call begins at the beginning
    text.clear();
    for (const Entry& entry : dir_.list())
      text += entry.name + std::to_string(static_cast<int>(entry.type)) + " ";
  }
  EXPECT_EQ(text, "B0 a1 b0 pipe3 \xc3\xa4"
                  "2 ");
}

TEST_F(DirTest, RemoveFileTellsWhetherItWasThere) {
  dir_.write_file("x", "");
  dir_.make_symlink("x", "link");
  EXPECT_TRUE(dir_.remove_file("link"));
  EXPECT_TRUE(dir_.exists("x"));
  EXPECT_TRUE(dir_.remove_file("x"));
  EXPECT_FALSE(dir_.remove_file("x"));
  (void)dir_.make_dir("dir");
  EXPECT_EQ(code_of([&] { (void)dir_.remove_file("dir"); }), "system.EISDIR");
}

TEST_F(DirTest, SetModeDoesNotFollowLinks) {
  dir_.write_file("file", "", {.mode = 0600});
  dir_.make_symlink("file", "link");
  EXPECT_EQ(code_of([&] { dir_.set_mode("link", 0777); }), "file.is-link");
  dir_.set_mode("file", 0000);
  EXPECT_EQ(mode_of(dir_, "file"), 0U);
  dir_.set_mode("file", 0640); // also when it could not be opened
  EXPECT_EQ(mode_of(dir_, "file"), 0640U);
  dir_.set_mode(".", 0711);
  EXPECT_EQ(mode_of(dir_, "."), 0711U);
}

TEST_F(DirTest, SyncWorks) {
  dir_.sync();
}

TEST(Fd, ClosesOnceAndMoves) {
  Fd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int number = fd.get();
  Fd other = std::move(fd);
  EXPECT_FALSE(fd); // NOLINT(bugprone-use-after-move): that is the point
  EXPECT_EQ(other.get(), number);
  other = Fd();
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
  errno = ENOSPC;
  Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)).reset();
  EXPECT_EQ(errno, ENOSPC); // cleaning up keeps the reason
}

TEST(WriteAll, ReportsAFullDevice) {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  if (!full) GTEST_SKIP() << "there is no /dev/full";
  EXPECT_EQ(message_of([&] { write_all(full.get(), "x", "/store/x"); }),
            "write /store/x: No space left on device");
}

} // namespace
} // namespace hdist
