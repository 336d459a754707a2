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

} // namespace
} // namespace hdist
