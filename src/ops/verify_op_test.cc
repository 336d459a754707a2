#include "ops/verify_op.h"

#include "ops/build_op.h"
#include "ops/ops_testing.h"

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class VerifyOpTest : public OpsTest {
protected:
  BuildSuccess built(const std::string& name, const std::string& script) {
    return std::get<BuildSuccess>(build_spec(*session_, {"spec", spec_text(name, script)}).outcome);
  }
  static void damage(const std::string& file) {
    fs::permissions(file, fs::perms::owner_all);
    write_file(file, "damaged\n");
  }

  BuildSuccess one_ = built("one", "echo one >$ARTIFACT/file");
  BuildSuccess two_ = built("two", "echo two >$ARTIFACT/file");
};

TEST_F(VerifyOpTest, AllAreLookedAtAndTheDamagedNamed) {
  EXPECT_TRUE(verify_artifacts(*session_, {}).is_whole());
  damage(one_.path + "/file");
  const VerifyResponse response = verify_artifacts(*session_, {});
  EXPECT_EQ(response.artifact_count, 2);
  ASSERT_EQ(response.damaged.size(), 1u);
  EXPECT_EQ(response.damaged[0].id, one_.record.id);
  EXPECT_FALSE(response.is_whole());
  EXPECT_TRUE(verify_artifacts(*session_, {.words = {"two"}}).is_whole());
}

TEST_F(VerifyOpTest, ADamagedOneIsBuiltOnceMoreAndTheOldPathLeadsToIt) {
  damage(one_.path + "/file");
  const VerifyResponse response = verify_artifacts(*session_, {.repair = true});
  EXPECT_TRUE(response.is_whole()) << response.damaged.at(0).problem;
  EXPECT_EQ(read_file(one_.path + "/file"), "one\n");
  EXPECT_EQ(response.damaged.at(0).path, one_.path + ".2");
  EXPECT_TRUE(verify_artifacts(*session_, {}).damaged.empty());
}

TEST_F(VerifyOpTest, OnlyModesAreSetAgainWhereItStands) {
  fs::permissions(one_.path + "/file", fs::perms::owner_all);
  EXPECT_TRUE(verify_artifacts(*session_, {.repair = true}).is_whole());
  EXPECT_FALSE(fs::is_symlink(one_.path));
  EXPECT_TRUE(verify_artifacts(*session_, {.quick = true}).damaged.empty());
}

TEST_F(VerifyOpTest, WhatCannotBeRepairedSaysWhy) {
  damage(one_.path + "/_hashdist/build.json");
  fs::remove_all(two_.path);
  const VerifyResponse response = verify_artifacts(*session_, {.repair = true});
  ASSERT_EQ(response.damaged.size(), 2u);
  EXPECT_NE(response.damaged[0].problem.find("build.json"), std::string::npos);
  EXPECT_NE(response.damaged[1].problem.find("its spec is not known"), std::string::npos);
  EXPECT_FALSE(response.is_whole());
}

TEST_F(VerifyOpTest, ABuildThatFailsLeavesTheOldOne) {
  const BuildSuccess fragile = built(
      "fragile", "if test -e " + tmp_.path() + "/stop; then exit 3; fi; echo x >$ARTIFACT/file");
  write_file(tmp_.path() + "/stop", "");
  damage(fragile.path + "/file");
  const VerifyResponse response =
      verify_artifacts(*session_, {.words = {"fragile"}, .repair = true});
  EXPECT_NE(response.damaged.at(0).problem.find("exit status 3"), std::string::npos);
  EXPECT_EQ(read_file(fragile.path + "/file"), "damaged\n");
}

} // namespace
} // namespace hdist
