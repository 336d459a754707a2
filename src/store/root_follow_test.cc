#include "store/root_follow.h"

#include "model/profile_record.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class RootFollow : public testing::Test {
protected:
  RootFollow() { fs::create_directories(store_ + "/a/aaaaaaaaaaaa/bin"); }
  std::string at(const std::string& name) const { return tmp_.path() + "/" + name; }
  void link(const std::string& target, const std::string& name) const {
    fs::create_symlink(target, at(name));
  }
  RootReach follow(const std::string& path) const { return follow_root(path, store_); }
  static std::string text(const RootReach& reach) {
    std::string text;
    for (const StorePlace& place : reach.places)
      text += place.name + "/" + place.directory + " ";
    for (const ArtifactId& id : reach.ids)
      text += "[" + id.name() + "] ";
    return text;
  }
  void profile(const std::string& name, const ArtifactId& member) const {
    ProfileRecord record;
    record.members.push_back({member, "", "/somewhere", true});
    write_file(at(name + "/profile.json"), record.text());
  }
  TempDir tmp_;
  std::string store_ = tmp_.path() + "/store";
};

TEST_F(RootFollow, APathInAnArtifactNeedsIt) {
  EXPECT_EQ(text(follow(store_ + "/a/aaaaaaaaaaaa")), "a/aaaaaaaaaaaa ");
  EXPECT_EQ(text(follow(store_ + "/a/../a/./aaaaaaaaaaaa//bin")), "a/aaaaaaaaaaaa ");
  EXPECT_EQ(text(follow(store_ + "/a")), "");
  EXPECT_EQ(follow(store_ + "/a/aaaaaaaaaaaa").end, store_ + "/a/aaaaaaaaaaaa");
}

TEST_F(RootFollow, EveryArtifactOnTheWayIsNeeded) {
  fs::create_directories(store_ + "/b/bbbbbbbbbbbb.2");
  fs::create_symlink("../../a/aaaaaaaaaaaa/bin", store_ + "/b/bbbbbbbbbbbb.2/bin");
  fs::create_symlink("bbbbbbbbbbbb.2", store_ + "/b/bbbbbbbbbbbb");
  link("store/b/bbbbbbbbbbbb/bin", "one");
  link(at("one"), "two");
  link("../" + fs::path(tmp_.path()).filename().string() + "/two", "three");
  EXPECT_EQ(text(follow(at("three"))), "b/bbbbbbbbbbbb b/bbbbbbbbbbbb.2 a/aaaaaaaaaaaa ");
}

TEST_F(RootFollow, AChainThatBreaksBehindAnArtifactStillNeedsIt) {
  link("store/a/aaaaaaaaaaaa/lib/missing", "link");
  RootReach reach = follow(at("link"));
  EXPECT_EQ(reach.state, RootReach::State::gone);
  EXPECT_EQ(text(reach), "a/aaaaaaaaaaaa ");
}

TEST_F(RootFollow, WhatIsMissingOrACircleIsGone) {
  link("circle", "circle");
  link("gone", "dangling");
  write_file(at("file"), "");
  for (const char* name : {"nothing", "circle", "dangling", "file/below"}) {
    EXPECT_EQ(follow(at(name)).state, RootReach::State::gone) << name;
    EXPECT_EQ(follow(at(name)).end, "");
  }
}

TEST_F(RootFollow, AnEmptyDirectoryInTheMiddleMayBeAnUnmountedFileSystem) {
  fs::create_directory(at("mnt"));
  RootReach reach = follow(at("mnt/home/me"));
  EXPECT_EQ(reach.state, RootReach::State::unreadable);
  EXPECT_EQ(reach.problem, at("mnt") + " is an empty directory; a file system that is not mounted "
                                       "looks like this");
  EXPECT_EQ(follow(at("mnt/me")).state, RootReach::State::gone);
}

TEST_F(RootFollow, WhatMayNotBeReadIsUnreadable) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
  fs::create_directories(at("closed/home"));
  fs::permissions(at("closed"), fs::perms::none);
  RootReach reach = follow(at("closed/home"));
  fs::permissions(at("closed"), fs::perms::owner_all);
  EXPECT_EQ(reach.state, RootReach::State::unreadable);
  EXPECT_EQ(reach.problem, at("closed/home") + ": Permission denied");
}

TEST_F(RootFollow, AProfileNeedsItsMembers) {
  profile("1", test_id("lua"));
  link("1", "profile");
  RootReach reach = follow(at("profile"));
  EXPECT_EQ(text(reach), "[lua] ");
  EXPECT_EQ(reach.end, at("1"));
}

TEST_F(RootFollow, AnotherFolderNeedsWhatItsLinksLeadToButNotFoldersBelow) {
  profile("1", test_id("lua"));
  fs::create_directories(at("links/below"));
  link("../1", "links/profile");
  link(store_ + "/a/aaaaaaaaaaaa", "links/artifact");
  link("missing", "links/broken");
  fs::create_symlink(at("1"), at("links/below/deep"));
  EXPECT_EQ(text(follow(at("links"))), "a/aaaaaaaaaaaa [lua] ");
  EXPECT_EQ(follow(at("links")).state, RootReach::State::found);
}

TEST_F(RootFollow, ADamagedProfileIsUnreadable) {
  write_file(at("1/profile.json"), "{\"members\": 3}");
  RootReach reach = follow(at("1"));
  EXPECT_EQ(reach.state, RootReach::State::unreadable);
  EXPECT_NE(reach.problem.find("profile.json"), std::string::npos);
}

TEST_F(RootFollow, FilesOfAnArtifactAreNotLookedInto) {
  write_file(store_ + "/a/aaaaaaaaaaaa/profile.json", "no profile at all");
  EXPECT_EQ(follow(store_ + "/a/aaaaaaaaaaaa").state, RootReach::State::found);
}

} // namespace
} // namespace hdist
