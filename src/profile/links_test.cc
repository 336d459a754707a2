#include "profile/links.h"

#include "base/path.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

class LinksTest : public ::testing::Test {
protected:
  /// An artifact with these files (path -> content).
  LinkMember member(const std::string& name,
                    const std::vector<std::pair<std::string, std::string>>& files) {
    std::string path = tmp_.path() + "/artifacts/" + name + "/hash";
    for (const auto& [file, content] : files)
      write_file(join_path(path, file), content);
    return {ArtifactId::make(name, sha256(name)), path, {}};
  }

  static std::vector<std::string> shown(const LinkPlan& plan) {
    std::vector<std::string> lines;
    for (const PlannedEntry& entry : plan.entries)
      lines.push_back(entry.path + (entry.kind == PlannedEntry::Kind::directory ? "/"
                                    : entry.kind == PlannedEntry::Kind::copy    ? " copy"
                                                                                : ""));
    return lines;
  }

  TempDir tmp_;
};

using Lines = std::vector<std::string>;

TEST_F(LinksTest, ADirectoryWithOneOwnerIsOneLinkAndIsSplitForASecond) {
  LinkMember a = member("a", {{"share/doc/a/x", "1"}, {"share/doc/a/y", "2"}, {"bin/a", "p"}});
  LinkMember b = member("b", {{"share/doc/b/x", "3"}});
  EXPECT_EQ(shown(plan_links({a})), (Lines{"bin/", "bin/a", "share/", "share/doc"}));
  EXPECT_EQ(shown(plan_links({a, b})),
            (Lines{"bin/", "bin/a", "share/", "share/doc/", "share/doc/a", "share/doc/b"}));
}

TEST_F(LinksTest, TheBuildsOwnDocumentsAreLeftOut) {
  LinkMember a = member("a", {{"_hashdist/build.json", "{}"},
                              {"install.json", "{}"},
                              {"profile.json", "{}"},
                              {"activate.sh", ":"},
                              {"share/info/dir", "x"},
                              {"share/info/a.info", "y"}});
  EXPECT_EQ(shown(plan_links({a})), (Lines{"share/", "share/info/", "share/info/a.info"}));
}

TEST_F(LinksTest, AllConflictsAreFoundAndEqualFilesAreNone) {
  LinkMember a = member("a", {{"bin/tool", "1"}, {"share/licence", "same"}, {"lib/x", "file"}});
  LinkMember b =
      member("b", {{"bin/tool", "2"}, {"share/licence", "same"}, {"lib/x/y", "directory"}});
  LinkPlan plan = plan_links({a, b});
  ASSERT_EQ(plan.conflicts.size(), 2u);
  EXPECT_EQ(plan.conflicts[0].path, "bin/tool");
  EXPECT_EQ(plan.conflicts[0].members, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(plan.conflicts[1].path, "lib/x");
}

TEST_F(LinksTest, ALinkInTheArtifactInsteadOfALibIsADirectoryOfTheProfile) {
  LinkMember a = member("a", {{"lib/a.so", "1"}, {"usr/bin/a", "2"}});
  Dir artifact = Dir::open(a.path);
  artifact.make_symlink("lib", "lib64");
  artifact.make_symlink(a.path + "/usr/bin", "bin");
  LinkMember b = member("b", {{"lib64/b.so", "3"}});
  LinkPlan plan = plan_links({a, b});
  EXPECT_EQ(shown(plan), (Lines{"bin/", "bin/a", "lib/", "lib/a.so", "lib64/", "lib64/a.so",
                                "lib64/b.so", "usr"}));
  EXPECT_EQ(plan.entries[1].source, a.path + "/usr/bin/a");
  EXPECT_EQ(plan.entries[5].source, a.path + "/lib/a.so");
  a.install.rules = {{LinkAction::copy, {"lib64"}}};
  EXPECT_EQ(shown(plan_links({a})), (Lines{"lib64/", "lib64/a.so copy"}));
}

TEST_F(LinksTest, ALinkToADirectoryOfAnotherMemberIsADirectoryOfTheProfile) {
  LinkMember a = member("a", {{"bin/a", "1"}});
  LinkMember b = member("b", {{"share/b/x", "2"}});
  Dir::open(b.path).make_symlink("../../a/hash/bin", "bin");
  EXPECT_EQ(shown(plan_links({a, b})), (Lines{"bin/", "bin/a", "share/", "share/b"}));
}

TEST_F(LinksTest, ALinkOutOfTheArtifactIsNoBinOfAProfile) {
  LinkMember a = member("a", {{"lib/a.so", "1"}});
  const std::string outside = tmp_.path() + "/outside";
  write_file(outside + "/tool", "1");
  for (const std::string& target : {outside, std::string("../../../outside"),
                                    std::string("nowhere"), std::string("."), std::string("/")}) {
    Dir::open(a.path).make_symlink(target, "bin");
    EXPECT_NE(message_of([&] { plan_links({a}); }).find("has bin as a link to " + target),
              std::string::npos);
    a.install.rules = {{LinkAction::exclude, {"bin"}}, {LinkAction::symlink, {"**"}}};
    EXPECT_EQ(shown(plan_links({a})), (Lines{"lib/", "lib/a.so"}));
    a.install.rules.clear();
    Dir::open(a.path).remove_file("bin");
  }
}

TEST_F(LinksTest, TheFirstRuleThatMatchesDecides) {
  LinkMember a =
      member("a", {{"bin/a", "1"}, {"share/doc/x", "2"}, {"lib/a.conf", "3"}, {"other", "4"}});
  a.install.rules = {{LinkAction::exclude, {"share/doc/**"}},
                     {LinkAction::copy, {"lib/*.conf"}, "lib", "etc"},
                     {LinkAction::symlink, {"bin/*", "share/**"}}};
  EXPECT_EQ(shown(plan_links({a})), (Lines{"bin/", "bin/a", "etc/", "etc/a.conf copy"}));
}

TEST_F(LinksTest, ADirsRuleLinksTheDirectoryAsAWhole) {
  LinkMember a = member("a", {{"python/pkg/x.py", "1"}, {"python/pkg/y.py", "2"}, {"bin/a", "3"}});
  a.install.rules = {{.action = LinkAction::symlink, .select = {"python/*"}, .dirs = true}};
  EXPECT_EQ(shown(plan_links({a})), (Lines{"python/", "python/pkg"}));
}

TEST_F(LinksTest, ATargetThatLeavesTheProfileIsRefused) {
  LinkMember a = member("a", {{"bin/a", "1"}});
  a.install.rules = {{LinkAction::symlink, {"bin/*"}, "", "../../evil"}};
  EXPECT_NE(message_of([&] { plan_links({a}); }).find("leads out of the profile"),
            std::string::npos);
}

TEST_F(LinksTest, ATargetThatIsAProfilesOwnDocumentIsRefused) {
  LinkMember a = member("a", {{"etc/conf", "1"}});
  for (const char* target : {"profile.json", "activate.sh", "install.json"}) {
    a.install.rules = {{LinkAction::symlink, {"etc/conf"}, "etc", target}};
    EXPECT_NE(message_of([&] { plan_links({a}); }).find("every profile has a file of its own"),
              std::string::npos);
  }
}

TEST_F(LinksTest, LinksInsideTheRootAreRelativeOthersAbsolute) {
  LinkMember a = member("a", {{"bin/a", "program"}});
  LinkPlan plan = plan_links({a});
  std::string place = tmp_.path() + "/generations/p/1";
  carry_out(plan, Dir::create(place), place, tmp_.path());
  EXPECT_EQ(Dir::open(place + "/bin").read_link("a"), "../../../../artifacts/a/hash/bin/a");
  EXPECT_EQ(read_file(place + "/bin/a"), "program");
  std::string apart = tmp_.path() + "/apart";
  carry_out(plan, Dir::create(apart), apart, tmp_.path() + "/elsewhere");
  EXPECT_EQ(Dir::open(apart + "/bin").read_link("a"), a.path + "/bin/a");
}

} // namespace
} // namespace hdist
