#include "base/publish.h"

#include "base/parallel.h"
#include "testing/lying_calls.h"
#include "testing/testing.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>

namespace hdist {
namespace {

/// Writing fails while this lives: no file may grow beyond 0 bytes.
class NoRoom {
public:
  NoRoom() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit none = old_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~NoRoom() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, handler_);
  }
  NoRoom(const NoRoom&) = delete;
  NoRoom& operator=(const NoRoom&) = delete;

private:
  rlimit old_{};
  void (*handler_)(int);
};

class PublishTest : public ::testing::Test {
protected:
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const Entry& entry : dir_.list())
      result.push_back(entry.name);
    return result;
  }
  TempDir tmp_;
  Dir dir_ = Dir::open(tmp_.path());
};

using Names = std::vector<std::string>;

TEST_F(PublishTest, WriteFileReplacesAndLeavesNothingElse) {
  dir_.write_file("x", "1");
  dir_.write_file("x", "22", {.mode = 0444, .durable = true});
  dir_.write_file("x", "333"); // a write-protected file can be replaced
  EXPECT_EQ(dir_.read_file("x"), "333");
  EXPECT_EQ(names(), Names{"x"});
}

TEST_F(PublishTest, WriteFileReplacesALinkInsteadOfWritingThroughIt) {
  dir_.write_file("target", "precious");
  dir_.make_symlink("target", "x");
  ASSERT_EQ(::linkat(dir_.fd(), "target", dir_.fd(), "hard", 0), 0);
  dir_.write_file("x", "new");
  dir_.write_file("hard", "new");
  EXPECT_EQ(dir_.read_file("target"), "precious");
  EXPECT_EQ(dir_.read_file("x"), "new");
}

TEST_F(PublishTest, WriteFileBelowPutsItsTemporaryFileThere) {
  (void)dir_.make_dirs("a/b");
  dir_.write_file("a/b/x", "1", {.durable = true});
  EXPECT_EQ(dir_.read_file("a/b/x"), "1");
  EXPECT_EQ(names(), Names{"a"});
  EXPECT_EQ(message_of([&] { dir_.write_file("no/x", ""); }),
            "openat " + tmp_.path() + "/no: No such file or directory");
}

TEST_F(PublishTest, AFailedWriteLeavesTheOldFileAndNoTemporaryOne) {
  dir_.write_file("x", "old");
  {
    const NoRoom no_room;
    EXPECT_EQ(code_of([&] { dir_.write_file("x", "new"); }), "system.EFBIG");
    EXPECT_EQ(code_of([&] { (void)dir_.link_new_file("y", "new"); }), "system.EFBIG");
    EXPECT_EQ(code_of([&] { (void)create_in_place(dir_, "z", "new", {}); }), "system.EFBIG");
  }
  EXPECT_EQ(dir_.read_file("x"), "old");
  EXPECT_EQ(names(), Names{"x"});
}

TEST_F(PublishTest, WriteFileOverADirectoryFailsAndLeavesNothing) {
  (void)dir_.make_dir("x");
  EXPECT_EQ(code_of([&] { dir_.write_file("x", "1"); }), "system.EISDIR");
  EXPECT_EQ(names(), Names{"x"});
}

TEST_F(PublishTest, LinkNewFileCreatesOnceAndCompletely) {
  EXPECT_TRUE(dir_.link_new_file("x", "first", {.mode = 0444, .durable = true}));
  EXPECT_FALSE(dir_.link_new_file("x", "second"));
  EXPECT_EQ(dir_.read_file("x"), "first");
  EXPECT_EQ(dir_.stat("x")->st_nlink, 1U);
  EXPECT_EQ(names(), Names{"x"});
}

TEST_F(PublishTest, LinkNewFileTakesNoNameThatIsTakenByAnything) {
  dir_.make_symlink("nowhere", "link");
  (void)dir_.make_dir("dir");
  EXPECT_FALSE(dir_.link_new_file("link", "x"));
  EXPECT_FALSE(dir_.link_new_file("dir", "x"));
  EXPECT_EQ(names(), (Names{"dir", "link"}));
}

TEST_F(PublishTest, LinkNewFileOfTheSameContentIsStillExclusive) {
  EXPECT_TRUE(dir_.link_new_file("x", "same"));
  EXPECT_FALSE(dir_.link_new_file("x", "same"));
}

TEST_F(PublishTest, OneOfManyWinsTheName) {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> winners = 0;
    const std::string name = "x" + std::to_string(round);
    std::string winner(8, ' ');
    parallel_for(8, 8, [&](std::size_t i) {
      if (!dir_.link_new_file(name, std::to_string(i))) return;
      ++winners;
      winner = std::to_string(i);
    });
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(dir_.read_file(name), winner);
  }
}

TEST_F(PublishTest, ALinkThatWasMadeCountsAlsoWhenTheCallSaysItExists) {
  dir_.write_file("from", "x");
  ASSERT_EQ(::linkat(dir_.fd(), "from", dir_.fd(), "to", 0), 0); // the request that was repeated
  EXPECT_EQ(try_link(dir_, "from", "to"), Outcome::created);
}

TEST_F(PublishTest, ALinkToAnotherFileDoesNotCount) {
  dir_.write_file("from", "x");
  dir_.write_file("to", "x");
  EXPECT_EQ(try_link(dir_, "from", "to"), Outcome::exists);
}

TEST_F(PublishTest, LinkingWhatIsAbsentIsAnError) {
  EXPECT_EQ(code_of([&] { try_link(dir_, "from", "to"); }), "system.ENOENT");
  EXPECT_EQ(code_of([&] { try_rename_new(dir_, "from", "to"); }), "system.ENOENT");
  EXPECT_EQ(code_of([&] { rename_after_look(dir_, "from", "to"); }), "system.ENOENT");
}

TEST_F(PublishTest, ADirectoryCannotBeLinked) {
  (void)dir_.make_dir("from");
  EXPECT_EQ(try_link(dir_, "from", "to"), Outcome::unsupported);
}

TEST_F(PublishTest, CreateInPlaceIsExclusive) {
  EXPECT_TRUE(create_in_place(dir_, "x", "1", {.mode = 0444, .durable = true}));
  EXPECT_FALSE(create_in_place(dir_, "x", "2", {}));
  EXPECT_EQ(dir_.read_file("x"), "1");
  EXPECT_EQ(dir_.stat("x")->st_mode & 07777U, 0444U);
}

TEST_F(PublishTest, ARenameThatWasMadeCountsWhateverTheCallSays) {
  for (const int error : {EEXIST, EIO, ENOENT, EINVAL}) {
    dir_.write_file("from", "x");
    const LyingCalls lie("renameat2", error);
    EXPECT_EQ(try_rename_new(dir_, "from", "to"), Outcome::created) << error;
    EXPECT_EQ(LyingCalls::lies(), 1);
    EXPECT_EQ(names(), Names{"to"});
    dir_.remove_file("to");
  }
}

TEST_F(PublishTest, AReplacementThatWasMadeCountsWhateverTheCallSays) {
  for (const int error : {EEXIST, EIO, ENOENT}) {
    const LyingCalls lie("renameat", error);
    dir_.write_file("x", std::to_string(error));
    EXPECT_EQ(LyingCalls::lies(), 1);
    EXPECT_EQ(dir_.read_file("x"), std::to_string(error));
    EXPECT_EQ(names(), Names{"x"});
  }
}

TEST_F(PublishTest, ALinkThatWasMadeCountsWhateverTheCallSays) {
  for (const int error : {EEXIST, EIO, ENOENT, EPERM}) {
    const LyingCalls lie("linkat", error);
    EXPECT_TRUE(dir_.link_new_file("x", "1")) << error;
    EXPECT_EQ(LyingCalls::lies(), 1);
    EXPECT_EQ(names(), Names{"x"});
    dir_.remove_file("x");
  }
}

TEST_F(PublishTest, OfTwoNamesOfOneFileARenameLeavesTheNewOne) {
  dir_.write_file("from", "x");
  ASSERT_EQ(::linkat(dir_.fd(), "from", dir_.fd(), "to", 0), 0); // killed between link and unlink
  EXPECT_TRUE(dir_.rename_new("from", "to"));
  EXPECT_EQ(names(), Names{"to"});
}

/// The same for the two ways of renaming without replacing.
class RenameNewTest : public PublishTest, public ::testing::WithParamInterface<bool> {
protected:
  bool rename_new(const std::string& from, const std::string& to) const {
    return GetParam() ? dir_.rename_new(from, to) : rename_after_look(dir_, from, to);
  }
};

TEST_P(RenameNewTest, MovesFilesDirectoriesAndLinks) {
  dir_.write_file("file", "1");
  (void)dir_.make_dirs("dir/below");
  dir_.make_symlink("nowhere", "link");
  EXPECT_TRUE(rename_new("file", "file2"));
  EXPECT_TRUE(rename_new("dir", "dir2"));
  EXPECT_TRUE(rename_new("link", "dir2/link2"));
  EXPECT_EQ(names(), (Names{"dir2", "file2"}));
  EXPECT_EQ(dir_.read_link("dir2/link2"), "nowhere");
  EXPECT_TRUE(dir_.exists("dir2/below"));
}

TEST_P(RenameNewTest, ReplacesNothing) {
  dir_.write_file("file", "1");
  (void)dir_.make_dir("dir");
  (void)dir_.make_dir("empty");
  dir_.make_symlink("nowhere", "link");
  for (const char* from : {"file", "dir", "link"}) {
    for (const char* to : {"file", "empty", "link"}) {
      if (std::string(from) != to) {
        EXPECT_FALSE(rename_new(from, to)) << from << " " << to;
      }
    }
  }
  EXPECT_EQ(names(), (Names{"dir", "empty", "file", "link"}));
}

TEST_P(RenameNewTest, OneOfManyWinsTheName) {
  for (int i = 0; i < 8; ++i)
    dir_.make_dir("from" + std::to_string(i)).write_file("x", "");
  std::atomic<int> winners = 0;
  parallel_for(8, 8, [&](std::size_t i) {
    if (rename_new("from" + std::to_string(i), "to")) ++winners;
  });
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(dir_.list().size(), 8U);
}

INSTANTIATE_TEST_SUITE_P(Ways, RenameNewTest, ::testing::Bool(),
                         [](const auto& way) { return way.param ? "BySystemCall" : "AfterALook"; });

TEST_F(PublishTest, RenameReplacesAndNamesWhatIsMissing) {
  dir_.write_file("a", "1");
  dir_.write_file("b", "2");
  dir_.rename("a", "b");
  EXPECT_EQ(dir_.read_file("b"), "1");
  EXPECT_EQ(message_of([&] { dir_.rename("a", "b"); }),
            "renameat " + tmp_.path() + "/a: No such file or directory");
}

TEST_F(PublishTest, ReplaceSymlinkReplacesLinksAndFilesByOneStep) {
  dir_.replace_symlink("one", "x");
  dir_.replace_symlink("two", "x");
  dir_.write_file("y", "");
  dir_.replace_symlink("three", "y");
  EXPECT_EQ(dir_.read_link("x"), "two");
  EXPECT_EQ(dir_.read_link("y"), "three");
  (void)dir_.make_dir("dir");
  EXPECT_EQ(code_of([&] { dir_.replace_symlink("x", "dir"); }), "system.EISDIR");
  EXPECT_EQ(names(), (Names{"dir", "x", "y"}));
}

TEST_F(PublishTest, StagingIsRemovedUnlessPublished) {
  {
    const Staging staging(dir_);
    EXPECT_TRUE(staging.name().starts_with(".tmp-"));
    EXPECT_EQ(dir_.stat(staging.name())->st_mode & 07777U, 0700U);
    (void)staging.dir().make_dirs("a/b");
    staging.dir().write_file("a/x", "");
    staging.dir().set_mode("a", 0555);
  }
  EXPECT_EQ(names(), Names{});
}

TEST_F(PublishTest, PublishedStagingStays) {
  Staging staging(dir_);
  staging.dir().write_file("x", "1");
  staging.dir().set_mode(".", 0755);
  EXPECT_TRUE(std::move(staging).publish("final"));
  EXPECT_EQ(dir_.read_file("final/x"), "1");
  EXPECT_EQ(dir_.stat("final")->st_mode & 07777U, 0755U);
}

TEST_F(PublishTest, PublishIsFalseWhenAnotherWasFirst) {
  dir_.make_dir("final").write_file("x", "theirs");
  {
    Staging staging(dir_);
    staging.dir().write_file("x", "ours");
    EXPECT_FALSE(std::move(staging).publish("final"));
  }
  EXPECT_EQ(dir_.read_file("final/x"), "theirs");
  EXPECT_EQ(names(), Names{"final"});
}

TEST_F(PublishTest, MovedStagingIsRemovedOnce) {
  std::optional<Staging> kept;
  {
    Staging staging(dir_);
    staging.dir().write_file("x", "1");
    kept.emplace(std::move(staging));
  }
  EXPECT_EQ(kept->dir().read_file("x"), "1");
  kept.reset();
  EXPECT_EQ(names(), Names{});
}

TEST_F(PublishTest, StagingThatCannotBeRemovedDoesNotThrow) {
  (void)dir_.make_dir("gone");
  const Dir gone = dir_.open_dir("gone");
  const Staging staging(gone);
  dir_.remove_tree("gone"); // the destructor finds nothing
}

} // namespace
} // namespace hdist
