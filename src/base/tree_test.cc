#include "base/tree.h"

#include "base/error.h"
#include "testing/testing.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

namespace hdist {
namespace {

class TreeTest : public ::testing::Test {
protected:
  mode_t mode_of(const std::string& name) const { return root_.stat(name).value().st_mode & 07777; }
  void set_mtime(const std::string& name, int64_t seconds) const {
    const std::array<timespec, 2> times{timespec{seconds, 5}, timespec{seconds, 7}};
    ASSERT_EQ(::utimensat(root_.fd(), name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW), 0);
  }
  static std::vector<std::string> paths(const Dir& dir) {
    std::vector<std::string> result;
    walk_tree(dir, [&](const Dir&, const TreeEntry& entry) { result.push_back(entry.path); });
    return result;
  }
  static Dir make_deep(const Dir& dir, int depth) {
    Dir inner = dir.duplicate();
    for (int i = 0; i < depth; ++i)
      inner = inner.make_dir("below");
    return inner;
  }

  TempDir tmp_;
  Dir top_ = Dir::open(tmp_.path());
  Dir root_ = top_.make_dir("root");
};

using Paths = std::vector<std::string>;

TEST_F(TreeTest, WalkGivesDirectoriesBeforeTheirContentAndNamesInByteOrder) {
  root_.make_dirs("b/y").write_file("file", "");
  root_.write_file("b-", ""); // "b-" sorts before "b/y" as a path, but not as a name
  root_.write_file("B", "");
  (void)root_.make_dir("empty");
  EXPECT_EQ(paths(root_), (Paths{"B", "b", "b/y", "b/y/file", "b-", "empty"}));
  EXPECT_EQ(paths(root_.open_dir("empty")), Paths{});
}

TEST_F(TreeTest, WalkTellsTypesTargetsAndTheOpenParent) {
  root_.make_dir("dir").write_file("file", "12345");
  root_.make_symlink("dir", "link"); // not entered
  ASSERT_EQ(::mkfifoat(root_.fd(), "pipe", 0600), 0);
  std::string text;
  walk_tree(root_, [&](const Dir& parent, const TreeEntry& entry) {
    EXPECT_TRUE(parent.exists(base_name(entry.path)));
    EXPECT_EQ(join_path(parent.path(), base_name(entry.path)), join_path(root_.path(), entry.path));
    text += entry.path + std::to_string(static_cast<int>(entry.type)) + entry.target + " ";
    if (entry.type == EntryType::file) {
      EXPECT_EQ(entry.stat.st_size, 5);
    }
  });
  EXPECT_EQ(text, "dir1 dir/file0 link2dir pipe3 ");
}

TEST_F(TreeTest, WalkDoesNotEnterWhatIsRefused) {
  (void)root_.make_dirs("a/x");
  (void)root_.make_dirs("b/x");
  Paths seen;
  walk_tree(
      root_, [&](const Dir&, const TreeEntry& entry) { seen.push_back(entry.path); },
      [](const TreeEntry& entry) { return entry.path != "a"; });
  EXPECT_EQ(seen, (Paths{"a", "b", "b/x"}));
}

TEST_F(TreeTest, WalkOfADeepTreeComesBackToWhatFollows) {
  make_deep(root_, 200).write_file("file", "");
  root_.write_file("below/last", "");
  const Paths found = paths(root_);
  ASSERT_EQ(found.size(), 202U);
  EXPECT_EQ(found.back(), "below/last");
  EXPECT_EQ(found[200].size(), 200 * 6 + 4U);
}

TEST_F(TreeTest, WalkNoticesWhenADirectoryWasMovedAway) {
  const Dir inner = make_deep(root_, 60);
  inner.write_file("file", "");
  std::string code;
  try {
    walk_tree(root_, [&](const Dir&, const TreeEntry& entry) {
      if (entry.type != EntryType::file) return;
      const std::string there = "below/below/below/below/below";
      ASSERT_EQ(::renameat(root_.fd(), there.c_str(), top_.fd(), "elsewhere"), 0);
    });
  } catch (const Error& error) {
    code = error.code();
  }
  EXPECT_EQ(code, "tree.moved");
}

TEST_F(TreeTest, CopyKeepsContentModesTimesAndLinks) {
  const std::string large(3 << 20, 'x');
  root_.make_dirs("dir/sub").write_file("large", large, {.mode = 0440});
  root_.write_file("program", "#!/bin/sh\n", {.mode = 0755});
  root_.write_file("empty", "", {.mode = 0600});
  root_.make_symlink("dir/../nowhere", "link");
  root_.set_mode("dir/sub", 0500);
  for (const char* name : {"dir/sub/large", "program", "empty", "link", "dir/sub", "dir"})
    set_mtime(name, 1'000'000'000);

  const Dir copy = top_.make_dir("copy");
  copy_tree(root_, copy);
  EXPECT_EQ(paths(copy), paths(root_));
  EXPECT_EQ(copy.read_file("dir/sub/large"), large);
  EXPECT_EQ(copy.read_file("program"), "#!/bin/sh\n");
  EXPECT_EQ(copy.read_link("link"), "dir/../nowhere");
  walk_tree(copy, [&](const Dir& parent, const TreeEntry& entry) {
    const struct stat original = root_.stat(entry.path).value();
    const struct stat now = parent.stat(base_name(entry.path)).value();
    EXPECT_EQ(now.st_mode, original.st_mode) << entry.path;
    EXPECT_EQ(now.st_mtim.tv_sec, 1'000'000'000) << entry.path;
    EXPECT_EQ(now.st_mtim.tv_nsec, 7) << entry.path;
  });
}

TEST_F(TreeTest, CopyOfADeepTreeIsAsDeep) {
  make_deep(root_, 100).write_file("file", "");
  const Dir copy = top_.make_dir("copy");
  copy_tree(root_, copy);
  EXPECT_EQ(paths(copy), paths(root_));
}

TEST_F(TreeTest, CopyRefusesWhatIsNoFileDirectoryOrLink) {
  ASSERT_EQ(::mkfifoat(root_.fd(), "pipe", 0600), 0);
  EXPECT_EQ(message_of([&] { copy_tree(root_, top_.make_dir("copy")); }),
            root_.path() +
                "/pipe cannot be copied: expected a file, a directory or a symbolic link");
}

TEST_F(TreeTest, CopyOverwritesNothing) {
  root_.write_file("file", "new");
  const Dir copy = top_.make_dir("copy");
  copy.write_file("file", "old");
  EXPECT_EQ(message_of([&] { copy_tree(root_, copy); }),
            "openat " + copy.path() + "/file: File exists");
  EXPECT_EQ(copy.read_file("file"), "old");
}

TEST_F(TreeTest, ProtectMakesModesUniform) {
  (void)root_.make_dirs("dir/sub");
  root_.write_file("dir/plain", "", {.mode = 0666});
  root_.write_file("dir/sub/program", "", {.mode = 0710});
  root_.write_file("secret", "", {.mode = 0000});
  root_.write_file("set-id", "", {.mode = 06755});
  root_.set_mode("dir/sub", 0000); // entered all the same
  root_.set_mode("dir", 03777);
  root_.set_mode(".", 0700);
  protect_tree(root_);
  EXPECT_EQ(mode_of("."), 0755U);
  EXPECT_EQ(mode_of("dir"), 0755U);
  EXPECT_EQ(mode_of("dir/sub"), 0755U);
  EXPECT_EQ(mode_of("dir/plain"), 0444U);
  EXPECT_EQ(mode_of("dir/sub/program"), 0555U);
  EXPECT_EQ(mode_of("secret"), 0444U);
  EXPECT_EQ(mode_of("set-id"), 0555U);
}

TEST_F(TreeTest, ProtectLeavesWhatLinksLeadToAlone) {
  top_.write_file("outside", "1", {.mode = 0640});
  root_.make_symlink("../outside", "link");
  root_.make_symlink("nowhere", "dangling");
  protect_tree(root_);
  EXPECT_EQ(top_.stat("outside")->st_mode & 07777U, 0640U);
}

TEST_F(TreeTest, ProtectSeparatesAFileThatHasANameOutside) {
  top_.write_file("outside", "1", {.mode = 0640});
  (void)root_.make_dir("dir");
  for (const char* name : {"one", "dir/two"})
    ASSERT_EQ(::linkat(top_.fd(), "outside", root_.fd(), name, 0), 0);
  set_mtime("one", 1'000'000'000);
  protect_tree(root_);
  const struct stat outside = top_.stat("outside").value();
  EXPECT_EQ(outside.st_mode & 07777U, 0640U);
  EXPECT_EQ(outside.st_nlink, 1U);
  for (const char* name : {"one", "dir/two"}) {
    EXPECT_EQ(root_.read_file(name), "1");
    EXPECT_EQ(mode_of(name), 0444U);
    EXPECT_EQ(root_.stat(name)->st_mtim.tv_sec, 1'000'000'000);
  }
  EXPECT_EQ(paths(root_), (Paths{"dir", "dir/two", "one"})); // nothing temporary is left
}

TEST_F(TreeTest, ProtectKeepsHardLinksThatAreAllInside) {
  root_.write_file("one", "1", {.mode = 0755});
  (void)root_.make_dir("dir");
  ASSERT_EQ(::linkat(root_.fd(), "one", root_.fd(), "dir/two", 0), 0);
  protect_tree(root_);
  EXPECT_EQ(root_.stat("one")->st_ino, root_.stat("dir/two")->st_ino);
  EXPECT_EQ(mode_of("one"), 0555U);
}

TEST_F(TreeTest, TheSizeOfATreeIsThatOfItsFiles) {
  root_.write_file("a", "123");
  root_.make_dir("b").write_file("c", "4567");
  root_.make_symlink("/", "link");
  EXPECT_EQ(size_of_tree(top_, "root"), 7);
  EXPECT_EQ(size_of_tree(root_, "a"), 3);
  EXPECT_EQ(size_of_tree(root_, "link"), 0);
  EXPECT_EQ(size_of_tree(root_, "none"), 0);
  const int64_t files = measure_tree(top_, "root").files;
  ASSERT_EQ(::linkat(root_.fd(), "a", root_.fd(), "a2", 0), 0); // a second name
  EXPECT_EQ(size_of_tree(top_, "root"), 7);
  EXPECT_EQ(measure_tree(top_, "root").files, files);
}

} // namespace
} // namespace hdist
