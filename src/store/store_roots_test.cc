#include "store/store_roots.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace hdist {
namespace {

std::string text_of(const std::vector<ArtifactStore::Root>& roots) {
  std::string text;
  for (const ArtifactStore::Root& root : roots)
    text += std::to_string(root.uid) + ":" + root.path + " ";
  return text;
}

class StoreRoots : public testing::Test {
protected:
  std::string me_ = std::to_string(geteuid());
  TempDir tmp_;
  Dir store_ = Dir::open(tmp_.path());
};

TEST_F(StoreRoots, ARootIsALinkCalledByTheHashOfItsPath) {
  add_root(store_, "/home/me/profile", {});
  EXPECT_EQ(root_name("/home/me/profile").size(), 32u);
  EXPECT_EQ(store_.read_link("roots/" + me_ + "/" + root_name("/home/me/profile")),
            "/home/me/profile");
}

TEST_F(StoreRoots, AddingTwiceAndRemovingTwiceIsFine) {
  add_root(store_, "/b", {});
  add_root(store_, "/a", {});
  add_root(store_, "/b", {});
  EXPECT_EQ(text_of(read_roots(store_)), me_ + ":/a " + me_ + ":/b ");
  remove_root(store_, "/a");
  remove_root(store_, "/a");
  EXPECT_EQ(text_of(read_roots(store_)), me_ + ":/b ");
}

TEST_F(StoreRoots, AStoreWithoutRootsHasNone) {
  EXPECT_TRUE(read_roots(store_).empty());
  remove_root(store_, "/a");
}

TEST_F(StoreRoots, WhatIsNoRootIsPassedOver) {
  add_root(store_, "/a", {});
  Dir mine = store_.open_dir("roots/" + me_);
  mine.make_symlink("relative", root_name("relative"));
  mine.make_symlink("/b", "wrong-name");
  mine.write_file(root_name("/c"), "/c");
  store_.make_dirs("roots/12x");
  store_.open_dir("roots/12x").make_symlink("/d", root_name("/d"));
  EXPECT_EQ(text_of(read_roots(store_)), me_ + ":/a ");
}

TEST_F(StoreRoots, ALinkInTheFolderOfAnotherUserIsNotBelieved) {
  store_.make_dirs("roots/4242");
  store_.open_dir("roots/4242").make_symlink("/theirs", root_name("/theirs"));
  EXPECT_EQ(text_of(read_roots(store_)), "");
}

TEST_F(StoreRoots, WhoeverMadeMyFolderCouldRemoveMyRootsSoItIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "needs chown";
  store_.make_dirs("roots/0");
  ASSERT_EQ(fchownat(store_.fd(), "roots/0", 4242, 4242, 0), 0);
  EXPECT_NE(message_of([&] { add_root(store_, "/a", {}); }).find("made by the user with uid 4242"),
            std::string::npos);
}

TEST_F(StoreRoots, OnlyAnOldRootIsRemovedAsGone) {
  add_root(store_, "/a", {});
  ArtifactStore::Root root{.uid = geteuid(), .path = "/a"};
  EXPECT_FALSE(remove_gone_root(store_, root, std::chrono::hours(1)));
  EXPECT_EQ(text_of(read_roots(store_)), me_ + ":/a ");
  EXPECT_TRUE(remove_gone_root(store_, root, std::chrono::seconds(0)));
  EXPECT_FALSE(remove_gone_root(store_, root, std::chrono::seconds(0)));
  EXPECT_TRUE(store_.open_dir("roots/" + me_).list().empty());
}

TEST_F(StoreRoots, AFolderThatCannotBeReadIsAProblemOfItsOwn) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
  add_root(store_, "/a", {});
  store_.make_dirs("roots/4242");
  store_.set_mode("roots/4242", 0);
  RootsSeen seen = look_at_roots(store_.open_dir("roots"));
  EXPECT_EQ(seen.roots.size(), 1u);
  EXPECT_EQ(seen.problems.size(), 1u);
  store_.set_mode("roots/4242", 0755);
}

TEST_F(StoreRoots, InASharedStoreEveryUserMayAddAFolder) {
  add_root(store_, "/a", {.group = true});
  EXPECT_EQ(store_.stat("roots")->st_mode & 07777, 01777u);
  EXPECT_EQ(store_.stat("roots/" + me_)->st_mode & 07777, 0755u);
}

} // namespace
} // namespace hdist
