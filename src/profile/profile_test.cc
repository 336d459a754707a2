#include "profile/profile.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/path.h"
#include "profile/generations.h"
#include "testing/testing.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <map>

namespace hdist {
namespace {

class ProfileTest : public ::testing::Test {
protected:
  ArtifactId artifact(const std::string& name, const std::vector<std::string>& files,
                      const std::vector<ArtifactId>& run = {}) {
    ArtifactRecord record{.id = ArtifactId::make(name, sha256(name))};
    record.directory = record.id.hash12();
    record.run = run;
    std::string path = root_ + "/artifacts/" + name + "/" + record.directory;
    for (const std::string& file : files)
      write_file(join_path(path, file), name);
    found_.insert_or_assign(record.id, FoundArtifact{record, path});
    return record.id;
  }

  ProfileResult make(const std::vector<ArtifactId>& members) {
    ProfileRequest request;
    request.link = root_ + "/profiles/p";
    request.members = members;
    request.dry_run = dry_run_;
    request.machine = {"linux", "x86_64", "x86-64", "glibc-2.36"};
    ProfilePlaces places;
    places.hdist_root = root_;
    places.add_root = [&](const std::string& path) { steps_.push_back("root " + base_name(path)); };
    places.remove_root = [&](const std::string& path) {
      steps_.push_back("no root " + base_name(path));
    };
    places.barrier = [&] {
      steps_.push_back("barrier");
      if (at_barrier_) at_barrier_();
    };
    FindArtifact find = [&](const ArtifactId& id) -> std::optional<FoundArtifact> {
      auto found = found_.find(id);
      if (found == found_.end()) return std::nullopt;
      return found->second;
    };
    return make_profile(request, find, places);
  }

  TempDir tmp_;
  std::string root_ = tmp_.path() + "/root";
  std::map<ArtifactId, FoundArtifact> found_;
  std::vector<std::string> steps_;
  std::function<void()> at_barrier_;
  bool dry_run_ = false;
};

TEST_F(ProfileTest, WhatMembersReferToIsInIt) {
  ArtifactId lib = artifact("lib", {"lib/libx.so"});
  ArtifactId app = artifact("app", {"bin/app"}, {lib});
  ProfileResult result = make({app});
  EXPECT_TRUE(result.changed);
  EXPECT_EQ(read_file(root_ + "/profiles/p/bin/app"), "app");
  EXPECT_EQ(read_file(root_ + "/profiles/p/lib/libx.so"), "lib");
  OpenedProfile opened = open_profile(root_ + "/profiles/p");
  ASSERT_EQ(opened.record.members.size(), 2u);
  EXPECT_EQ(opened.record.members[0].id, lib);
  EXPECT_FALSE(opened.record.members[0].requested);
  EXPECT_TRUE(opened.record.members[1].requested);
  EXPECT_EQ(opened.record.generation, 1);
}

TEST_F(ProfileTest, WhatAnotherProcessMadeMeanwhileIsNotMadeAgain) {
  const ArtifactId app = artifact("app", {"bin/app"});
  at_barrier_ = [&] {
    at_barrier_ = nullptr;
    EXPECT_EQ(make({app}).generation, 2);
  };
  const ProfileResult result = make({app});
  EXPECT_FALSE(result.changed);
  EXPECT_EQ(result.generation, 2);
  EXPECT_EQ(Generations(root_, root_ + "/profiles/p").list(), std::vector<int64_t>{2});
  EXPECT_EQ(std::count(steps_.begin(), steps_.end(), "no root 1"), 1);
  EXPECT_EQ(read_file(root_ + "/profiles/p/bin/app"), "app");
}

TEST_F(ProfileTest, OfASwitchThatFailsNothingStays) {
  const ArtifactId app = artifact("app", {"bin/app"});
  at_barrier_ = [&] { Dir::create(root_ + "/profiles/p"); };
  EXPECT_NE(message_of([&] { make({app}); }), "(no error)");
  EXPECT_EQ(steps_, (std::vector<std::string>{"root 1", "barrier", "no root 1"}));
  EXPECT_TRUE(all_generations(root_).empty());
}

TEST_F(ProfileTest, WhereNoLinkCanBeMadeNothingIsBegun) {
  const ArtifactId app = artifact("app", {"bin/app"});
  write_file(root_ + "/profiles", "a file");
  EXPECT_NE(message_of([&] { make({app}); }).find("Not a directory"), std::string::npos);
  EXPECT_TRUE(steps_.empty());
  EXPECT_FALSE(Dir::open(root_).exists("generations"));
}

TEST_F(ProfileTest, AReferenceThatNothingLoadsBringsNothingIn) {
  ArtifactId tool = artifact("tool", {"bin/tool"});
  ArtifactId app = artifact("app", {"bin/app"});
  found_.at(app).record.references = {tool};
  found_.at(app).record.needs.emplace();
  EXPECT_EQ(make({app}).record.members.size(), 1u);
  found_.at(app).record.needs.reset(); // a record of an early release
  EXPECT_EQ(make({app}).record.members.size(), 2u);
}

TEST_F(ProfileTest, TheSameMembersAreTheSameGeneration) {
  ArtifactId app = artifact("app", {"bin/app"});
  EXPECT_TRUE(make({app}).changed);
  EXPECT_FALSE(make({app}).changed);
  ArtifactId other = artifact("other", {"bin/other"});
  ProfileResult third = make({app, other});
  EXPECT_TRUE(third.changed);
  EXPECT_EQ(third.generation, 2);
}

TEST_F(ProfileTest, ARootIsRegisteredAndEverythingIsDurableBeforeTheSwitch) {
  make({artifact("app", {"bin/app"})});
  EXPECT_EQ(steps_, (std::vector<std::string>{"root 1", "barrier"}));
}

TEST_F(ProfileTest, AConflictShowsBothOwnersAndLeavesTheProfileAsItWas) {
  ArtifactId a = artifact("a", {"bin/tool"});
  make({a});
  ArtifactId b = artifact("b", {"bin/tool"});
  std::string text = message_of([&] { make({a, b}); });
  EXPECT_NE(text.find("bin/tool: " + a.short_text() + ", " + b.short_text()), std::string::npos)
      << text;
  EXPECT_EQ(open_profile(root_ + "/profiles/p").record.generation, 1);
}

TEST_F(ProfileTest, AMissingArtifactIsNamedWithWhoNeedsIt) {
  ArtifactId gone = ArtifactId::make("gone", sha256("gone"));
  ArtifactId app = artifact("app", {"bin/app"}, {gone});
  std::string text = message_of([&] { make({app}); });
  EXPECT_NE(text.find(gone.str()), std::string::npos);
  EXPECT_NE(text.find(app.str() + " refers to it"), std::string::npos);
}

TEST_F(ProfileTest, AForeignPlatformIsRefused) {
  ArtifactId app = artifact("app", {"bin/app"});
  found_.at(app).record.platform = Platform{"linux", "aarch64", "armv8-a", "glibc-2.36"};
  try {
    make({app});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::refused);
    EXPECT_EQ(error.code(), "profile.foreign-platform");
  }
}

TEST_F(ProfileTest, AMovedRootWorksAndKeepsItsGenerations) {
  ArtifactId app = artifact("app", {"bin/app"});
  make({app});
  Dir::open(tmp_.path()).rename("root", "moved");
  root_ = tmp_.path() + "/moved";
  EXPECT_EQ(read_file(root_ + "/profiles/p/bin/app"), "app");
  found_.at(app).path = root_ + "/artifacts/app/" + app.hash12();
  steps_.clear();
  ProfileResult result = make({app});
  EXPECT_FALSE(result.changed);
  EXPECT_EQ(result.generation, 1);
  EXPECT_EQ(steps_, (std::vector<std::string>{"root 1"}));
  EXPECT_NE(read_file(result.generation_path + "/activate.sh").find(root_), std::string::npos);
}

TEST_F(ProfileTest, ADryRunSaysWhatWouldBeAndWritesNothing) {
  dry_run_ = true;
  ArtifactId a = artifact("a", {"bin/tool"}), b = artifact("b", {"bin/tool"});
  ProfileResult result = make({a});
  EXPECT_TRUE(result.changed);
  EXPECT_EQ(result.generation, 1);
  EXPECT_FALSE(Dir::open(root_).exists("generations"));
  EXPECT_FALSE(Dir::open(root_).exists("profiles"));
  EXPECT_NE(message_of([&] { make({a, b}); }).find("bin/tool"), std::string::npos);
  dry_run_ = false;
  make({a});
  dry_run_ = true;
  EXPECT_FALSE(make({a}).changed);
  EXPECT_TRUE(steps_.size() == 2) << "only the real run registers a root";
}

TEST_F(ProfileTest, WhatIsNoProfileIsSaid) {
  EXPECT_NE(message_of([&] { open_profile(tmp_.path() + "/none"); }).find("there is no profile"),
            std::string::npos);
  Dir::open(tmp_.path()).make_symlink("/old/generations/p/3", "dangling");
  try {
    open_profile(tmp_.path() + "/dangling");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("/old/generations/p/3, which is gone"), std::string::npos);
    ASSERT_EQ(error.advice().size(), 1u);
    EXPECT_EQ(error.advice()[0].verb, "update");
  }
  EXPECT_NE(message_of([&] { open_profile(tmp_.path()); }).find("no profile.json"),
            std::string::npos);
}

} // namespace
} // namespace hdist
