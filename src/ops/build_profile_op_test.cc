#include "ops/build_profile_op.h"

#include "ops/ops_testing.h"

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class BuildProfileOpTest : public OpsTest {
protected:
  std::string built(const std::string& name) {
    BuildResponse response =
        build_spec(*session_, {name, spec_text(name, "echo " + name + " >$ARTIFACT/" + name)});
    return std::get<BuildSuccess>(response.outcome).record.id.str();
  }
  static SpecRequest importing(const std::vector<std::string>& ids) {
    std::string list;
    for (const std::string& id : ids)
      list += (list.empty() ? "" : ", ") + (R"({"id": ")" + id + R"("})");
    return {"spec.json", R"({"name": "user", "build": {"import": [)" + list + "]}}"};
  }
};

TEST_F(BuildProfileOpTest, ShowsAllImportsAndKeepsThem) {
  const std::string a = built("a"), b = built("b");
  const MakeBuildProfileResponse made = make_build_profile(*session_, {importing({b, a}), 0});
  EXPECT_EQ(read_file(made.path + "/a"), "a\n");
  EXPECT_EQ(read_file(made.path + "/b"), "b\n");
  ASSERT_EQ(made.artifacts.size(), 2U);
  EXPECT_EQ(made.artifacts[0].str(), b);
  EXPECT_TRUE(made.path.starts_with(tmp_.path() + "/.hashdist/build-profiles/user-"));
  bool is_root = false;
  for (const ArtifactStore::Root& root : session_->artifacts().roots())
    is_root = is_root || root.path == made.path;
  EXPECT_TRUE(is_root);
}

TEST_F(BuildProfileOpTest, ABuildWithoutImportsHasAnEmptyOne) {
  const MakeBuildProfileResponse made = make_build_profile(*session_, {importing({}), 0});
  EXPECT_TRUE(fs::exists(made.path + "/profile.json"));
}

TEST_F(BuildProfileOpTest, WhatIsMissingIsNamedAndNothingIsLeft) {
  const std::string a = "a/" + std::string(32, 'a'), b = "b/" + std::string(32, 'b');
  EXPECT_EQ(message_of([&] {
              make_build_profile(*session_, {importing({a, b}), 0});
            }),
            "not built yet: " + a + ", " + b);
  const std::string one = built("one");
  EXPECT_NE(message_of([&] {
              make_build_profile(*session_, {importing({one}), INT32_MAX});
            }).find("no process"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(build_profiles_dir(*session_)));
}

TEST_F(BuildProfileOpTest, OutsideOfAJobThereMustBeASpec) {
  EXPECT_NE(message_of([&] { make_build_profile(*session_, {}); }).find("which spec"),
            std::string::npos);
}

} // namespace
} // namespace hdist
