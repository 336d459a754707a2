#include "ops/session.h"

#include "ops/build_op.h"
#include "ops/operation.h"
#include "ops/ops_testing.h"
#include "ops/profile_op.h"
#include "ops/unpack_op.h"
#include "ops/update.h"

#include <filesystem>

namespace hdist {
namespace {

class SessionTest : public OpsTest {
protected:
  static SpecRequest spec(const std::string& name, const std::string& script) {
    return {"spec", spec_text(name, script)};
  }
};

TEST_F(SessionTest, ASpecIsBuiltResolvedAndPutIntoAProfileThatIsEntered) {
  BuildResponse built =
      build_spec(*session_, spec("tool", "/bin/mkdir -p $ARTIFACT/bin; echo echo hi > "
                                         "$ARTIFACT/bin/tool; /bin/chmod +x $ARTIFACT/bin/tool"));
  const BuildSuccess* success = std::get_if<BuildSuccess>(&built.outcome);
  ASSERT_NE(success, nullptr) << compact_json(to_value(built));
  EXPECT_EQ(resolve_artifact(*session_, {"tool", ""}).path, success->path);
  EXPECT_EQ(resolve_artifact(*session_, {success->record.id.short_text(), ""}).id,
            success->record.id);
  make_profile_of(*session_, {"mine", {"tool"}, "", ""});
  EnterResponse entered = enter_profile(*session_, {"mine"});
  EXPECT_EQ(find_program("tool", entered.environment.get_or("PATH", "")),
            entered.profile.generation_path + "/bin/tool");
}

TEST_F(SessionTest, AFailedBuildIsAValueWithItsStage) {
  BuildResponse built = build_spec(*session_, spec("bad", "echo reason >&2; exit 7"));
  const BuildFailure* failure = std::get_if<BuildFailure>(&built.outcome);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->reason, "exit status 7");
  EXPECT_NE(compact_json(to_value(built)).find("\"last_lines\":["), std::string::npos);
}

TEST_F(SessionTest, HashNeedsNoStore) {
  HashResponse response = hash_spec({"s", R"({"name": "foo", "build": {}})"});
  EXPECT_EQ(response.id.str(), "foo/ettp5gcrf3gswgec45quew4eohe6hjph"); // as the original's
  EXPECT_TRUE(response.input.starts_with("build-spec|{"));
}

TEST_F(SessionTest, ARootLinkNeverReplacesAFile) {
  build_spec(*session_, spec("tool", "true"));
  std::string link = tmp_.path() + "/link";
  EXPECT_TRUE(resolve_artifact(*session_, {"tool", link}).path.starts_with("/"));
  EXPECT_EQ(session_->artifacts().roots().size(), 1u);
  write_file(tmp_.path() + "/file", "mine");
  EXPECT_NE(message_of([&] {
              resolve_artifact(*session_, {"tool", tmp_.path() + "/file"});
            }).find("is left alone"),
            std::string::npos);
}

TEST_F(SessionTest, ARootLinkReplacesOnlyLinksToArtifacts) {
  build_spec(*session_, spec("tool", "true"));
  const std::string link = tmp_.path() + "/link", gone = "/gone/store/tool/abcdefgh2345";
  const std::string artifact = resolve_artifact(*session_, {"tool", ""}).path;
  for (const std::string& target : {std::string("/etc"), std::string("/nowhere/of/mine"),
                                    tmp_.path() + "/.hashdist", session_->artifacts().path()}) {
    std::filesystem::create_symlink(target, link);
    EXPECT_NE(message_of([&] {
                resolve_artifact(*session_, {"tool", link});
              }).find("is a link to " + target),
              std::string::npos);
    EXPECT_EQ(std::filesystem::read_symlink(link), target);
    EXPECT_TRUE(session_->artifacts().roots().empty()) << target;
    std::filesystem::remove(link);
  }
  for (const std::string& target : {artifact, artifact + "-old", gone, gone + ".2"}) {
    std::filesystem::create_symlink(target, link);
    resolve_artifact(*session_, {"tool", link});
    EXPECT_EQ(std::filesystem::read_symlink(link), artifact) << target;
    std::filesystem::remove(link);
  }
}

TEST_F(SessionTest, WhatIsNotThereIsSaid) {
  EXPECT_NE(message_of([&] { session_->one_artifact("nothing"); }).find("no artifact"),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              unpack_source(*session_, {"nokey", "x", std::nullopt});
            }).find("is no source key"),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              unpack_source(*session_, {"tar.gz:" + std::string(51, 'a') + "q", "x", std::nullopt});
            }).find("is not in the source store"),
            std::string::npos);
}

TEST_F(SessionTest, ANameThatNoArtifactHasGetsTheNearest) {
  build_spec(*session_, spec("greet", "true"));
  for (const char* text : {"gret", "gret/abcd"})
    EXPECT_NE(message_of([&] { session_->one_artifact(text); }).find("; is 'greet' meant?"),
              std::string::npos)
        << text;
  EXPECT_EQ(message_of([&] { session_->one_artifact("greet/2222"); }).find("meant?"),
            std::string::npos);
}

TEST_F(SessionTest, AnUpdateBuildsSwitchesAndDoesNothingTheSecondTime) {
  write_file(tmp_.path() + "/r/tool.yaml",
             "name: tool\nversion: 1\ndescription: d\nhomepage: https://e.org\nlicense: MIT\n"
             "build_stages:\n- {name: all, handler: bash, bash: \"mkdir $ARTIFACT/bin; echo x > "
             "$ARTIFACT/bin/tool\"}\n");
  write_file(tmp_.path() + "/stack.yaml", "name: s\npackage_dirs: [r]\npackages:\n  tool:\n");
  UpdateRequest request;
  request.stack.stack = tmp_.path() + "/stack.yaml";
  UpdateResponse first = update(*session_, request);
  ASSERT_TRUE(first.profile.has_value()) << compact_json(to_value(first));
  EXPECT_TRUE(first.profile->changed);
  EXPECT_EQ(first.built(), 1);
  UpdateResponse second = update(*session_, request);
  EXPECT_FALSE(second.profile->changed);
  EXPECT_EQ(second.built(), 0);
  EXPECT_EQ(second.present(), 1);
  request.only = {"tol"};
  EXPECT_NE(message_of([&] { update(*session_, request); }).find("is 'tool' meant?"),
            std::string::npos);
}

} // namespace
} // namespace hdist
