#include "source/unpack_target.h"

#include "source/source_testing.h"

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace hdist {
namespace {

namespace fs = std::filesystem;

void fill(const UnpackTarget& target, const std::string& name, const std::string& content) {
  write_file(target.dir().path() + "/" + name, content);
}

TEST(UnpackTarget, AnAbsentDirectoryAppearsAtOnceWithItsParents) {
  TempDir tmp;
  std::string path = tmp.path() + "/a/b/target";
  UnpackTarget target(path, false, "x");
  fill(target, "d/f", "x");
  EXPECT_FALSE(fs::exists(path));
  std::move(target).publish();
  EXPECT_EQ(tree_text(path), "d/\nd/f=x\n");
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0755U);
  EXPECT_EQ(StoreLab::count(tmp.path() + "/a/b"), 1U);
}

TEST(UnpackTarget, AnEmptyDirectoryStaysTheSameDirectory) {
  TempDir tmp;
  struct stat before {
  }, after{};
  ASSERT_EQ(stat(tmp.path().c_str(), &before), 0);
  UnpackTarget target(tmp.path(), false, "x");
  fill(target, "d/f", "x");
  std::move(target).publish();
  ASSERT_EQ(stat(tmp.path().c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_EQ(tree_text(tmp.path()), "d/\nd/f=x\n");
}

TEST(UnpackTarget, WhatIsNotPublishedLeavesNothing) {
  TempDir tmp;
  {
    UnpackTarget target(tmp.path(), false, "x");
    fill(target, "f", "x");
    UnpackTarget absent(tmp.path() + "/new", true, "x");
    fill(absent, "f", "x");
  }
  EXPECT_EQ(tree_text(tmp.path()), "");
}

TEST(UnpackTarget, AFullDirectoryOrAFileIsRefused) {
  TempDir tmp;
  write_file(tmp.path() + "/f", "");
  EXPECT_EQ(message_of([&] { UnpackTarget target(tmp.path(), false, "x"); }),
            "cannot unpack to " + tmp.path() +
                ": expected an absent or empty directory, but it has f");
  EXPECT_EQ(code_of([&] { UnpackTarget target(tmp.path() + "/f", true, "x"); }),
            "source.target-no-directory");
}

TEST(UnpackTarget, DirectoriesMerge) {
  TempDir tmp;
  write_file(tmp.path() + "/d/e/old", "1");
  UnpackTarget target(tmp.path(), true, "x");
  fill(target, "d/e/new", "2");
  fill(target, "x", "3");
  std::move(target).publish();
  EXPECT_EQ(tree_text(tmp.path()), "d/\nd/e/\nd/e/new=2\nd/e/old=1\nx=3\n");
}

TEST(UnpackTarget, AnExistingNameIsAnErrorAndNothingChanges) {
  TempDir tmp;
  write_file(tmp.path() + "/d/taken", "1");
  fs::create_symlink("d", tmp.path() + "/link");
  std::string before = tree_text(tmp.path());
  {
    UnpackTarget target(tmp.path(), true, "x");
    fill(target, "a", "2");
    fill(target, "d/taken", "2");
    EXPECT_EQ(message_of([&] { std::move(target).publish(); }),
              tmp.path() +
                  "/d/taken is there already, and the source has an entry of the same name");
  }
  {
    UnpackTarget target(tmp.path(), true, "x");
    fill(target, "link/x", "never through a link");
    EXPECT_EQ(code_of([&] { std::move(target).publish(); }), "source.target-exists");
  }
  EXPECT_EQ(tree_text(tmp.path()), before);
}

TEST(UnpackTarget, ATargetThatAppearsMeanwhileIsNotReplaced) {
  TempDir tmp;
  UnpackTarget target(tmp.path() + "/t", false, "x");
  write_file(tmp.path() + "/t/theirs", "1");
  EXPECT_EQ(code_of([&] { std::move(target).publish(); }), "source.target-exists");
  EXPECT_EQ(tree_text(tmp.path() + "/t"), "theirs=1\n");
}

TEST(UnpackTarget, TheSecondIntoAnEmptyDirectoryIsToldOfTheFirst) {
  TempDir tmp;
  fs::create_directory(tmp.path() + "/t");
  UnpackTarget first(tmp.path() + "/t", false, "x");
  fill(first, "f", "1");
  try {
    const UnpackTarget second(tmp.path() + "/t", false, "x");
    ADD_FAILURE() << "two unpack to one place";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "source.target-busy");
    EXPECT_EQ(error.kind(), ErrorKind::usage);
  }
  std::move(first).publish();
  EXPECT_EQ(tree_text(tmp.path() + "/t"), "f=1\n");
}

TEST(UnpackTarget, TheLaterOfTwoIntoAnAbsentDirectoryLosesAsIfItHadBeenThere) {
  TempDir tmp;
  UnpackTarget first(tmp.path() + "/t", false, "x"), second(tmp.path() + "/t", false, "x");
  fill(first, "f", "1");
  fill(second, "f", "2");
  std::move(first).publish();
  try {
    std::move(second).publish();
    ADD_FAILURE() << "both have won";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(error.message().find("another process was first"), std::string::npos);
  }
  EXPECT_EQ(tree_text(tmp.path() + "/t"), "f=1\n");
}

/// Runs it in another process, which is killed after that.
void in_a_process_that_is_killed(const std::function<void()>& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    action();
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(UnpackTarget, WhatOneThatDiedLeftIsNoContent) {
  TempDir tmp;
  std::string path = tmp.path() + "/t";
  for (const std::string& at : {tmp.path(), path}) {
    in_a_process_that_is_killed([&] {
      UnpackTarget target(at, false, "x");
      fill(target, "f", "part");
      ::raise(SIGKILL);
    });
    ASSERT_EQ(StoreLab::count(tmp.path()), 1U);
  }
  UnpackTarget target(tmp.path(), false, "x");
  fill(target, "f", "x");
  std::move(target).publish();
  EXPECT_EQ(tree_text(tmp.path()), "f=x\n");
}

/// As a process leaves it that is killed when it has moved `a` of `a` and `b`.
void publish_half(const std::string& path) {
  in_a_process_that_is_killed([&] {
    TrialDir trial(path, ".unpacked-");
    write_file(trial.sub("content"), "x");
    write_file(trial.sub("tree/b/f"), "2");
    write_file(path + "/a", "1");
    ::raise(SIGKILL);
  });
}

TEST(UnpackTarget, APublishingThatDiedIsCarriedOn) {
  TempDir tmp;
  publish_half(tmp.path());
  EXPECT_EQ(code_of([&] { UnpackTarget other(tmp.path(), false, "other"); }),
            "source.target-not-empty");
  UnpackTarget target(tmp.path(), false, "x");
  EXPECT_TRUE(target.is_finished());
  EXPECT_EQ(tree_text(tmp.path()), "a=1\nb/\nb/f=2\n");
}

TEST(UnpackTarget, AnotherMayBeUnpackedWhereNothingWasPublishedYet) {
  TempDir tmp;
  publish_half(tmp.path());
  fs::remove(tmp.path() + "/a");
  UnpackTarget target(tmp.path(), false, "other");
  EXPECT_FALSE(target.is_finished());
  fill(target, "f", "x");
  std::move(target).publish();
  EXPECT_EQ(tree_text(tmp.path()), "f=x\n");
}

TEST(UnpackTarget, ASingleFileIsTheTargetOrInADirectory) {
  TempDir tmp;
  auto put = [&](const std::string& path) {
    UnpackTarget target = UnpackTarget::for_file(path, true, "x");
    fill(target, target.file_name(), "x");
    std::move(target).publish();
  };
  put(tmp.path() + "/new/a.patch");
  put(tmp.path() + "/new/b.patch");
  put(tmp.path() + "/new");
  EXPECT_EQ(tree_text(tmp.path()), "new/\nnew/a.patch=x\nnew/b.patch=x\nnew/source=x\n");
  EXPECT_EQ(code_of([&] { put(tmp.path() + "/new/a.patch"); }), "source.target-exists");
  EXPECT_EQ(code_of([&] { UnpackTarget::for_file(tmp.path() + "/new", false, "x"); }),
            "source.target-not-empty");
}

TEST(UnpackTarget, ASingleFileDoesNotGoThroughALink) {
  TempDir tmp;
  fs::create_directory(tmp.path() + "/elsewhere");
  fs::create_symlink(tmp.path() + "/elsewhere", tmp.path() + "/link");
  UnpackTarget target = UnpackTarget::for_file(tmp.path() + "/link", true, "x");
  EXPECT_EQ(target.file_name(), "link");
  fill(target, "link", "x");
  EXPECT_EQ(code_of([&] { std::move(target).publish(); }), "source.target-exists");
  EXPECT_EQ(StoreLab::count(tmp.path() + "/elsewhere"), 0U);
}

} // namespace
} // namespace hdist
