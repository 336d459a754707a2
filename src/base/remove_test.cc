#include "base/dir.h"
#include "base/error.h"
#include "base/parallel.h"
#include "testing/testing.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

namespace hdist {
namespace {

/// At most so many open files in this process while this lives.
class FewDescriptors {
public:
  explicit FewDescriptors(rlim_t count) {
    ::getrlimit(RLIMIT_NOFILE, &old_);
    rlimit few = old_;
    few.rlim_cur = count;
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &old_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

private:
  rlimit old_{};
};

class RemoveTreeTest : public ::testing::Test {
protected:
  TempDir tmp_;
  Dir dir_ = Dir::open(tmp_.path());
};

TEST_F(RemoveTreeTest, RemovesFilesDirectoriesAndLinks) {
  (void)dir_.make_dirs("x/a/b");
  (void)dir_.make_dirs("x/c");
  dir_.write_file("x/a/b/file", "1", {.mode = 0});
  dir_.make_symlink("nowhere", "x/a/link");
  ASSERT_EQ(::mkfifoat(dir_.fd(), "x/c/pipe", 0600), 0);
  dir_.write_file("beside", "");
  dir_.remove_tree("x");
  ASSERT_EQ(dir_.list().size(), 1U);
  EXPECT_EQ(dir_.list()[0].name, "beside");
}

TEST_F(RemoveTreeTest, OfWhatIsAbsentIsFine) {
  dir_.remove_tree("no");
  dir_.remove_tree("no/deeper");
  dir_.write_file("file", "");
  dir_.remove_tree("file/deeper");
  EXPECT_TRUE(dir_.exists("file"));
}

TEST_F(RemoveTreeTest, OfAFileOrALinkRemovesJustThat) {
  dir_.write_file("file", "");
  (void)dir_.make_dirs("dir/below");
  dir_.make_symlink("dir", "link");
  dir_.remove_tree("file");
  dir_.remove_tree("link");
  EXPECT_TRUE(dir_.exists("dir/below"));
  EXPECT_EQ(dir_.list().size(), 1U);
}

TEST_F(RemoveTreeTest, DoesNotFollowLinks) {
  const TempDir outside;
  write_file(outside.path() + "/precious", "1");
  (void)dir_.make_dir("x");
  dir_.make_symlink(outside.path(), "x/link");
  dir_.remove_tree("x");
  EXPECT_EQ(read_file(outside.path() + "/precious"), "1");
}

TEST_F(RemoveTreeTest, RemovesWriteProtectedAndUnreadableDirectories) {
  // Means something only for users other than root, whom modes do not stop.
  (void)dir_.make_dirs("x/a/b");
  dir_.write_file("x/a/b/file", "", {.mode = 0444});
  dir_.set_mode("x/a/b", 0555);
  dir_.set_mode("x/a", 0000);
  dir_.set_mode("x", 0311);
  dir_.remove_tree("x");
  EXPECT_FALSE(dir_.exists("x"));
}

TEST_F(RemoveTreeTest, WhatMayNotBeRemovedIsAnErrorThatNamesIt) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may remove everything";
  (void)dir_.make_dir("x");
  dir_.set_mode(".", 0555); // the parent is not part of the tree
  EXPECT_EQ(message_of([&] { dir_.remove_tree("x"); }),
            "unlinkat " + tmp_.path() + "/x: Permission denied");
  dir_.set_mode(".", 0755);
}

TEST_F(RemoveTreeTest, ADeepTreeTakesFewDescriptorsAndNoLongPath) {
  constexpr int kDepth = 1000; // 6000 bytes of path, more than the system takes at once
  Dir inner = dir_.make_dir("deep");
  for (int i = 0; i < kDepth; ++i) {
    if (i % 100 == 0) inner.write_file("file", "");
    if (i % 100 == 1) (void)inner.make_dir("sibling");
    inner = inner.make_dir("below");
  }
  {
    const FewDescriptors few(128);
    dir_.remove_tree("deep");
  }
  EXPECT_TRUE(dir_.list().empty());
}

TEST_F(RemoveTreeTest, SeveralMayRemoveOneTreeAtOnce) {
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 20; ++i)
      for (int j = 0; j < 5; ++j)
        dir_.make_dirs("x/a" + std::to_string(i) + "/b/c" + std::to_string(j)).write_file("f", "");
    parallel_for(4, 4, [&](std::size_t) { dir_.remove_tree("x"); });
    EXPECT_FALSE(dir_.exists("x"));
  }
}

TEST_F(RemoveTreeTest, SeveralMayRemoveOneDeepTreeAtOnce) {
  Dir inner = dir_.make_dir("deep");
  for (int i = 0; i < 200; ++i)
    inner = inner.make_dir("below");
  parallel_for(4, 4, [&](std::size_t) { dir_.remove_tree("deep"); });
  EXPECT_FALSE(dir_.exists("deep"));
}

} // namespace
} // namespace hdist
