#include "profile/registry.h"

#include "base/dir.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;
using State = RegisteredProfile::State;

void make_profile_at(const std::string& path) {
  write_file(path + "/profile.json", R"({"version": 1, "name": "p", "members": []})");
}

TEST(Registry, AWordWithASlashIsAPath) {
  EXPECT_EQ(profile_path("/a/b", {}), "/a/b");
  EXPECT_EQ(profile_path("./b", {}), absolute_path("b"));
}

TEST(Registry, ANameIsLookedUpInOrderAndMadeInTheFirst) {
  TempDir one, two;
  write_file(two.path() + "/site", "");
  EXPECT_EQ(profile_path("site", {one.path(), two.path()}), two.path() + "/site");
  EXPECT_EQ(profile_path("new", {one.path(), two.path()}, true), one.path() + "/new");
}

TEST(Registry, AnUnknownNameIsShownWithTheNearest) {
  TempDir tmp;
  write_file(tmp.path() + "/quickstart", "");
  EXPECT_NE(
      message_of([&] { profile_path("quickstrat", {tmp.path()}); }).find("is 'quickstart' meant?"),
      std::string::npos);
}

TEST(Registry, NamesThatAreThereCannotFakeALine) {
  TempDir tmp;
  write_file(tmp.path() + "/fake\nhdist: done", "");
  for (const char* word : {"something-else", "fake hdist: done"}) {
    const std::string text = message_of([&] { profile_path(word, {tmp.path()}); });
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    EXPECT_NE(text.find("fake\\x0ahdist: done"), std::string::npos) << text;
  }
}

TEST(Registry, NamesThatClimbOutAreNone) {
  for (const char* name : {"", ".", "..", "-x"})
    EXPECT_NE(message_of([&] { profile_path(name, {"/tmp"}, true); }).find("is no profile name"),
              std::string::npos)
        << name;
}

TEST(Registry, EachEntrySaysWhereItLeads) {
  TempDir user, site;
  make_profile_at(site.path() + "/real");
  make_profile_at(site.path() + "/in-both");
  fs::create_symlink("real", site.path() + "/alias");
  fs::create_symlink(site.path() + "/alias", user.path() + "/chain");
  fs::create_symlink("/none/at/all", user.path() + "/gone");
  fs::create_symlink("round", user.path() + "/round");
  fs::create_directory(user.path() + "/in-both");
  write_file(user.path() + "/broken/profile.json", "{");
  std::vector<RegisteredProfile> found = registered_profiles({user.path(), "/none", site.path()});
  std::vector<std::string> names;
  names.reserve(found.size());
  for (const RegisteredProfile& entry : found)
    names.push_back(entry.name);
  EXPECT_EQ(names, (std::vector<std::string>{"alias", "broken", "chain", "gone", "in-both",
                                             "in-both", "real", "round"}));
  EXPECT_EQ(found[0].leads_to, real_path(site.path() + "/real"));
  EXPECT_EQ(found[1].state, State::unreadable);
  EXPECT_EQ(found[2].leads_to, found[0].leads_to);
  EXPECT_EQ(found[2].target, site.path() + "/alias");
  EXPECT_EQ(found[3].state, State::gone);
  EXPECT_EQ(found[4].state, State::other);
  EXPECT_EQ(found[5].state, State::profile);
  EXPECT_TRUE(found[5].hidden);
  EXPECT_FALSE(found[4].hidden);
  EXPECT_EQ(found[7].state, State::unreadable);
}

TEST(Registry, ALinkIsRelativeWhereBothMoveTogether) {
  TempDir root, other;
  std::string folder = root.path() + "/profiles";
  fs::create_directory(root.path() + "/x");
  EXPECT_EQ(plan_profile_link("a", root.path() + "/x/p", {folder}, root.path()).target, "../x/p");
  ProfileLink outside = plan_profile_link("b", other.path() + "/p", {folder}, root.path());
  EXPECT_EQ(outside.target, other.path() + "/p");
  EXPECT_TRUE(make_profile_link(outside));
  EXPECT_FALSE(make_profile_link(outside));
}

TEST(Registry, ANameThatAnyFolderHasIsTaken) {
  TempDir user, site;
  make_profile_at(site.path() + "/sage");
  EXPECT_EQ(code_of([&] {
              plan_profile_link("sage", "/x", {user.path(), site.path()}, "/none");
            }),
            "profile.name-taken");
  fs::create_symlink("/y", user.path() + "/mine");
  EXPECT_EQ(code_of([&] { plan_profile_link("mine", "/x", {user.path()}, "/none"); }),
            "profile.name-taken");
  EXPECT_EQ(plan_profile_link("mine", "/y", {user.path()}, "/none").target, "/y");
  EXPECT_EQ(code_of([&] {
              make_profile_link({user.path() + "/mine", "/x"});
            }),
            "profile.name-taken");
}

TEST(Registry, NewNamesAreOneVisibleWord) {
  TempDir tmp;
  for (const char* name : {"a/b", "../x", "/x", ".hidden", "", "-x", "..", "a\nb", "\xff"})
    EXPECT_EQ(code_of([&] { plan_profile_link(name, "/x", {tmp.path()}, "/none"); }),
              "profile.bad-name")
        << name;
}

TEST(Registry, OnlyLinksAreRemovedAndNeverWhatTheyLeadTo) {
  TempDir tmp;
  make_profile_at(tmp.path() + "/real");
  fs::create_symlink("real", tmp.path() + "/link");
  EXPECT_EQ(code_of([&] { remove_profile_link("real", {tmp.path()}, false); }),
            "profile.not-a-link");
  EXPECT_EQ(remove_profile_link("link", {tmp.path()}, true).target, "real");
  EXPECT_TRUE(fs::is_symlink(tmp.path() + "/link"));
  EXPECT_EQ(remove_profile_link("link", {tmp.path()}, false).target, "real");
  EXPECT_TRUE(registered_profiles({tmp.path()}).size() == 1);
  EXPECT_EQ(code_of([&] { remove_profile_link("link", {tmp.path()}, false); }),
            "profile.not-found");
}

} // namespace
} // namespace hdist
