#include "ops/registry_op.h"

#include "ops/build_op.h"
#include "ops/ops_testing.h"
#include "ops/profile_op.h"

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class RegistryOpTest : public OpsTest {
protected:
  BuildSuccess built(const std::string& name) {
    return std::get<BuildSuccess>(
        build_spec(*session_, {"spec", spec_text(name, "echo >$ARTIFACT/file")}).outcome);
  }
  void make_profile_called(const std::string& name) {
    built("tool");
    make_profile_of(*session_, {name, {"tool"}, "", ""});
  }
};

TEST_F(RegistryOpTest, AProfileElsewhereGetsANameThatFollowsItsSwitches) {
  std::string elsewhere = tmp_.path() + "/elsewhere/p";
  make_profile_called(elsewhere);
  EXPECT_TRUE(link_profile(*session_, {"mine", elsewhere}).changed);
  EXPECT_FALSE(link_profile(*session_, {"mine", elsewhere}).changed);
  built("other");
  MakeProfileResponse second = make_profile_of(*session_, {elsewhere, {"tool", "other"}, "", ""});
  EXPECT_EQ(session_->profile("mine").generation_path, second.result.generation_path);
  EXPECT_EQ(unlink_profile(*session_, {"mine"}).profile.leads_to, second.result.generation_path);
  EXPECT_TRUE(fs::is_symlink(elsewhere));
  EXPECT_EQ(code_of([&] { session_->profile("mine"); }), "profile.not-found");
}

TEST_F(RegistryOpTest, ANameThatIsTakenStaysWhatItIs) {
  make_profile_called("one");
  make_profile_called(tmp_.path() + "/two");
  EXPECT_EQ(code_of([&] {
              link_profile(*session_, {"one", tmp_.path() + "/two"});
            }),
            "profile.name-taken");
  EXPECT_EQ(session_->profile("one").record.name, "one");
}

TEST_F(RegistryOpTest, OnlyProfilesAreRegistered) {
  BuildSuccess tool = built("tool");
  EXPECT_EQ(code_of([&] { link_profile(*session_, {"t", tool.path}); }), "profile.not-a-profile");
  EXPECT_EQ(code_of([&] { link_profile(*session_, {"t", "/none/at/all"}); }), "profile.not-found");
  EXPECT_TRUE(list_profiles(*session_).profiles.empty());
}

TEST_F(RegistryOpTest, ADryRunRemovesNothing) {
  make_profile_called("one");
  EXPECT_EQ(unlink_profile(*session_, {"one", true}).profile.record.generation, 1);
  EXPECT_EQ(list_profiles(*session_).profiles.size(), 1u);
}

TEST_F(RegistryOpTest, AGenerationByItselfIsARootAsLongAsItHasAName) {
  make_profile_called("mine");
  std::string first = session_->profile("mine").generation_path;
  std::size_t before = session_->artifacts().roots().size();
  built("other");
  make_profile_of(*session_, {"mine", {"tool", "other"}, "", ""});
  std::string link = link_profile(*session_, {"old", first}).profile.path;
  auto is_root = [&] {
    for (const ArtifactStore::Root& root : session_->artifacts().roots())
      if (root.path == link) return true;
    return false;
  };
  EXPECT_TRUE(is_root());
  unlink_profile(*session_, {"old", true});
  EXPECT_TRUE(is_root());
  unlink_profile(*session_, {"old"});
  EXPECT_FALSE(is_root());
  link_profile(*session_, {"newest", "mine"});
  EXPECT_EQ(session_->artifacts().roots().size(), before + 1); // the second generation
}

TEST_F(RegistryOpTest, AStoreOfOthersThatIsGoneStopsNoNames) {
  make_profile_called("mine");
  std::string first = session_->profile("mine").generation_path;
  fs::rename(session_->artifacts().path(), tmp_.path() + "/away");
  EXPECT_TRUE(link_profile(*session_, {"old", first}).changed);
  EXPECT_EQ(unlink_profile(*session_, {"old"}).profile.leads_to, first);
}

TEST_F(RegistryOpTest, AProfileMadeUnderANameComesBackByALinkToItsGeneration) {
  make_profile_called("mine");
  link_profile(*session_, {"other", "mine"});
  EXPECT_FALSE(unlink_profile(*session_, {"other"}).is_own_link);
  EXPECT_TRUE(unlink_profile(*session_, {"mine", true}).is_own_link);
  ProfileUnlinkResponse response = unlink_profile(*session_, {"mine"});
  EXPECT_TRUE(response.is_own_link);
  std::size_t roots = session_->artifacts().roots().size();
  link_profile(*session_, {"mine", response.profile.leads_to});
  EXPECT_EQ(session_->artifacts().roots().size(),
            roots); // switched again: it needs none of its own
  built("more");
  EXPECT_EQ(make_profile_of(*session_, {"mine", {"more"}, "", ""}).result.generation, 2);
  EXPECT_TRUE(unlink_profile(*session_, {"mine"}).is_own_link);
}

} // namespace
} // namespace hdist
