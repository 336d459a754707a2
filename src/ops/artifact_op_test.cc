#include "ops/artifact_op.h"

#include "ops/build_op.h"
#include "ops/ops_testing.h"
#include "ops/root_op.h"

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class ArtifactOpTest : public OpsTest {
protected:
  BuildSuccess built(const std::string& name, const std::string& script = "echo >$ARTIFACT/file") {
    return std::get<BuildSuccess>(build_spec(*session_, {"spec", spec_text(name, script)}).outcome);
  }
  /// A session of its own, since the one that built them needs what it made.
  Session fresh() {
    SessionRequest request;
    request.executable = std::string(HDIST_MODULE_DIR) + "/hdist";
    request.config.environment.set("HDIST_HOME", tmp_.path());
    return Session(std::move(request), events_, stop_.get_token());
  }
  static std::string names(const ArtifactListResponse& response) {
    std::string text;
    for (const StoredArtifact& artifact : response.artifacts)
      text += (text.empty() ? "" : " ") + artifact.id.name();
    return text;
  }
};

TEST_F(ArtifactOpTest, PatternsAreOfTheNameAndOfTheBeginningOfTheHash) {
  built("liba");
  built("libb");
  const ArtifactId tool = built("tool").record.id;
  EXPECT_EQ(names(list_artifacts(*session_, {})), "liba libb tool");
  EXPECT_EQ(names(list_artifacts(*session_, {.patterns = {"lib*"}})), "liba libb");
  EXPECT_EQ(names(list_artifacts(*session_, {.patterns = {"tool/" + tool.hash12(), "liba"}})),
            "liba tool");
  EXPECT_EQ(code_of([&] {
              list_artifacts(*session_, {.patterns = {"lib*", "lbia"}});
            }),
            "artifact.not-found");
}

TEST_F(ArtifactOpTest, TheLargestComesFirstWhenAsked) {
  built("a", "echo >$ARTIFACT/file");
  built("b", "/usr/bin/seq 1 1000 >$ARTIFACT/file");
  EXPECT_EQ(names(list_artifacts(*session_, {.order = ArtifactOrder::size})), "b a");
  EXPECT_EQ(code_of([] { artifact_order("colour"); }), "artifact.order");
}

TEST_F(ArtifactOpTest, InfoHasTheRecordTheSpecAndTheLog) {
  const BuildSuccess one = built("one");
  const ArtifactInfoResponse info = artifact_info(*session_, "one");
  EXPECT_EQ(info.path, one.path);
  EXPECT_TRUE(fs::exists(info.log));
  ASSERT_TRUE(info.spec);
  EXPECT_EQ(info.spec->id(), one.record.id);
  EXPECT_TRUE(info.last_use_s);
  fs::permissions(one.path + "/_hashdist", fs::perms::owner_all);
  fs::remove(one.path + "/_hashdist/build.json");
  const ArtifactInfoResponse without = artifact_info(*session_, "one");
  EXPECT_FALSE(without.spec);
  EXPECT_NE(without.spec_problem.find("build.json"), std::string::npos);
}

TEST_F(ArtifactOpTest, WhatNothingNeedsIsRemovedWheneverItWasUsed) {
  const BuildSuccess one = built("one");
  session_.reset(); // it needs what it built
  Session session = fresh();
  EXPECT_EQ(remove_artifacts(session, {.words = {"one"}, .dry_run = true}).removed.size(), 1u);
  EXPECT_TRUE(fs::exists(one.path));
  const ArtifactRemoveResponse response = remove_artifacts(session, {.words = {"one"}});
  ASSERT_EQ(response.removed.size(), 1u);
  EXPECT_EQ(response.removed[0].id, one.record.id);
  EXPECT_FALSE(fs::exists(one.path));
  EXPECT_EQ(code_of([&] { remove_artifacts(session, {.words = {"one"}}); }), "artifact.not-found");
}

TEST_F(ArtifactOpTest, WhatARootNeedsStaysAndSoDoesAllThatWasNamedWithIt) {
  built("one");
  const BuildSuccess two = built("two");
  add_roots(*session_, {{"two"}});
  session_.reset();
  Session session = fresh();
  const std::string message = message_of([&] {
    remove_artifacts(session, {.words = {"one", "two"}});
  });
  EXPECT_NE(message.find("nothing was removed"), std::string::npos) << message;
  EXPECT_NE(message.find("the root " + tmp_.path()), std::string::npos) << message;
  EXPECT_EQ(session.artifacts().list().size(), 2u);
  EXPECT_EQ(code_of([&] { remove_artifacts(session, {.words = {"two"}}); }), "artifact.needed");
}

TEST_F(ArtifactOpTest, WhatAnotherArtifactNamesGoesOnlyWithIt) {
  const BuildSuccess low = built("low");
  const std::string spec = R"({"name": "app", "build": {"import": [{"ref": "LOW", "id": ")" +
                           low.record.id.str() +
                           R"("}], "commands": [{"cmd": ["/bin/sh", "-c", )"
                           R"("echo $LOW_DIR >$ARTIFACT/file"]}]}})";
  ASSERT_TRUE(std::holds_alternative<BuildSuccess>(build_spec(*session_, {"spec", spec}).outcome));
  session_.reset();
  Session session = fresh();
  const std::string message = message_of([&] { remove_artifacts(session, {.words = {"low"}}); });
  EXPECT_NE(message.find("app/"), std::string::npos) << message;
  EXPECT_EQ(remove_artifacts(session, {.words = {"low", "app"}}).removed.size(), 2u);
}

} // namespace
} // namespace hdist
