#include "profile/generations.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

class GenerationsTest : public ::testing::Test {
protected:
  int64_t add(Generations& generations) {
    Staging staging(generations.directory());
    return generations.add(std::move(staging));
  }
  TempDir tmp_;
  std::string root_ = tmp_.path() + "/root";
  std::string link_ = tmp_.path() + "/stack";
};

TEST_F(GenerationsTest, NumbersGoUpAndTheLinkIsSwitched) {
  Generations generations(root_, link_);
  EXPECT_EQ(generations.current(), std::nullopt);
  EXPECT_EQ(add(generations), 1);
  EXPECT_EQ(add(generations), 2);
  generations.switch_to(1);
  EXPECT_EQ(generations.current(), 1);
  generations.switch_to(2);
  EXPECT_EQ(generations.current(), 2);
  EXPECT_EQ(generations.list(), (std::vector<int64_t>{1, 2}));
}

TEST_F(GenerationsTest, ALinkInsideTheRootIsRelative) {
  Generations generations(root_, root_ + "/profiles/stack");
  generations.switch_to(add(generations));
  std::string target = *Dir::open(root_ + "/profiles").read_link("stack");
  EXPECT_TRUE(target.starts_with("../generations/")) << target;
  EXPECT_EQ(generations.current(), 1);
}

TEST_F(GenerationsTest, ALinkOutsideIsAbsolute) {
  Generations generations(root_, link_);
  generations.switch_to(add(generations));
  EXPECT_TRUE(Dir::open(tmp_.path()).read_link("stack")->starts_with("/"));
}

TEST_F(GenerationsTest, ADirectoryOfTheUsersIsRefusedWithTheCommandToMoveIt) {
  write_file(link_ + "/mine", "");
  Generations generations(root_, link_);
  try {
    generations.check_link();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::refused);
    ASSERT_EQ(error.advice().size(), 1u);
    EXPECT_NE(error.advice()[0].text.find("mv "), std::string::npos);
  }
}

TEST_F(GenerationsTest, AForeignLinkIsRefusedAndADanglingOneOfOursIsNot) {
  Dir dir = Dir::open(tmp_.path());
  dir.make_symlink("/etc", "stack");
  EXPECT_NE(message_of([&] { Generations(root_, link_).check_link(); }), "(no error)");
  dir.replace_symlink(root_ + "/generations/stack-abcdefgh2345/7", "stack");
  EXPECT_EQ(message_of([&] { Generations(root_, link_).check_link(); }), "(no error)");
}

TEST_F(GenerationsTest, ALinkOfTheUsersToWhateverIsCalledGenerationsIsRefused) {
  Dir dir = Dir::open(tmp_.path());
  const auto refused = [&](const std::string& target) {
    dir.replace_symlink(target, "stack");
    return message_of([&] { Generations(root_, link_).check_link(); }).find("is left alone") !=
           std::string::npos;
  };
  EXPECT_TRUE(refused("/home/me/generations/photos"));
  EXPECT_TRUE(refused("/home/me/generations/photos/7"));
  EXPECT_TRUE(refused("/home/me/generations/photos-abcdefgh2345/latest"));
  const std::string theirs = tmp_.path() + "/generations/photos-abcdefgh2345/7";
  write_file(theirs + "/picture", "");
  EXPECT_TRUE(refused(theirs));
  write_file(theirs + "/profile.json", "{}");
  EXPECT_FALSE(refused(theirs));
}

TEST_F(GenerationsTest, ASeriesSurvivesAMoveOfItsRoot) {
  std::string inside = root_ + "/profiles/stack";
  Generations before(root_, inside);
  before.switch_to(add(before));
  Dir::open(tmp_.path()).rename("root", "moved");
  std::string moved = tmp_.path() + "/moved";
  Generations after(moved, moved + "/profiles/stack");
  EXPECT_EQ(after.current(), 1);
  EXPECT_TRUE(after.link_holds());
  EXPECT_EQ(all_generations(moved), (std::vector<std::string>{after.path_of(1)}));
}

TEST_F(GenerationsTest, ALinkThatMovedWithTheRootFindsItsSeries) {
  std::string home = tmp_.path() + "/home";
  Generations before(home + "/root", home + "/stack");
  before.switch_to(add(before));
  Dir::open(tmp_.path()).rename("home", "moved");
  home = tmp_.path() + "/moved";
  Generations after(home + "/root", home + "/stack");
  EXPECT_EQ(after.current(), 1);
  EXPECT_FALSE(after.link_holds());
  after.switch_to(1);
  EXPECT_TRUE(after.link_holds());
  EXPECT_EQ(Generations(home + "/root", home + "/stack").current(), 1);
}

TEST_F(GenerationsTest, ACopyOfALinkBeginsASeriesOfItsOwn) {
  Generations first(root_, link_);
  first.switch_to(add(first));
  Dir dir = Dir::open(tmp_.path());
  dir.make_symlink(*dir.read_link("stack"), "copy");
  Generations copy(root_, tmp_.path() + "/copy");
  EXPECT_NE(copy.path_of(1), first.path_of(1));
  EXPECT_EQ(copy.current(), std::nullopt);
  EXPECT_EQ(Generations(root_, link_).current(), 1);
}

TEST_F(GenerationsTest, LookingMakesNothing) {
  Generations generations(root_, tmp_.path() + "/a/b/stack");
  EXPECT_EQ(generations.next(), 1);
  EXPECT_EQ(generations.current(), std::nullopt);
  generations.check_link();
  EXPECT_TRUE(Dir::open(tmp_.path()).list().empty());
}

TEST_F(GenerationsTest, TwoProfilesOfOneNameAreApart) {
  Generations a(root_, tmp_.path() + "/a/stack"), b(root_, tmp_.path() + "/b/stack");
  EXPECT_NE(a.path_of(1), b.path_of(1));
}

TEST_F(GenerationsTest, LinksThatLeadThroughTheSwitchedOneFollowIt) {
  Generations generations(root_, link_);
  generations.switch_to(add(generations));
  Dir dir = Dir::open(tmp_.path());
  dir.make_symlink("stack", "second");
  dir.make_symlink(tmp_.path() + "/second", "third");
  dir.make_symlink(generations.path_of(1), "fixed");
  dir.make_symlink("fixed", "also_fixed");
  EXPECT_TRUE(follows_switches(link_));
  EXPECT_TRUE(follows_switches(tmp_.path() + "/third"));
  for (const char* name : {"fixed", "also_fixed", "absent", "root"})
    EXPECT_FALSE(follows_switches(tmp_.path() + "/" + name)) << name;
  EXPECT_FALSE(follows_switches(generations.path_of(1)));
  EXPECT_TRUE(is_switched_link(link_, generations.path_of(1)));
  EXPECT_FALSE(is_switched_link(tmp_.path() + "/fixed", generations.path_of(1)));
  EXPECT_FALSE(is_switched_link(link_, tmp_.path()));
  EXPECT_FALSE(is_switched_link(link_, ""));
}

} // namespace
} // namespace hdist
