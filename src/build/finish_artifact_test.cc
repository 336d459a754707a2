#include "build/finish_artifact.h"

#include "build/test_builds.h"
#include "data/compress.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {

namespace {

using Kind = ProfileVariable::Kind;

TEST(FinishArtifact, MergesWishesInOrder) {
  const InstallWishes first{
      .rules = {{.action = LinkAction::exclude, .select = {"a"}}},
      .environment = {{"PATHS", Kind::path, {"$ARTIFACT/x"}}, {"NAME", Kind::plain, {"1"}}}};
  const InstallWishes second{.rules = {{.action = LinkAction::copy, .select = {"b"}}},
                             .environment = {{"PATHS", Kind::path, {"$ARTIFACT/y"}},
                                             {"NAME", Kind::plain, {"2"}},
                                             {"A", Kind::plain, {"3"}}}};
  const InstallWishes both = merged(first, second);
  ASSERT_EQ(both.rules.size(), 2u);
  EXPECT_EQ(both.rules[1].action, LinkAction::copy);
  const std::vector<ProfileVariable> expected{
      {"A", Kind::plain, {"3"}},
      {"NAME", Kind::plain, {"1"}},
      {"PATHS", Kind::path, {"$ARTIFACT/x", "$ARTIFACT/y"}}};
  EXPECT_EQ(both.environment, expected);
  EXPECT_EQ(merged({}, first), merged(first, {}));
}

TEST(FinishArtifact, InstallFileOfTheArtifactEntersTheRecord) {
  TempDir tmp;
  BuildPlace place(tmp.path());
  const BuildSuccess built = place.must_build(
      shell_spec("x", R"(echo '{"environment": {"LANG": "C"}}' > $ARTIFACT/install.json)"));
  EXPECT_EQ(built.record.install.environment,
            (std::vector<ProfileVariable>{{"LANG", Kind::plain, {"C"}}}));
}

TEST(FinishArtifact, DocumentsAreTheSpecTheLogAndTheFiles) {
  TempDir tmp;
  BuildPlace place(tmp.path());
  const BuildSpec spec = shell_spec("x", "echo output; echo content > $ARTIFACT/f");
  const BuildSuccess built = place.must_build(spec);
  const std::string own = built.path + "/_hashdist/";
  EXPECT_EQ(BuildSpec::from_value(parse_json(read_file(own + "build.json"), "build.json")).id(),
            spec.id());
  const std::string log = zstd_decompress(read_file(own + "log.zst"), 1 << 20);
  EXPECT_NE(log.find(" output\n"), std::string::npos) << log;
  const std::string files = zstd_decompress(read_file(own + "files.zst"), 1 << 20);
  EXPECT_EQ(sha256(files), built.record.files);
  EXPECT_NE(files.find("\"path\":\"f\""), std::string::npos) << files;
  EXPECT_EQ(built.record.file_count, 1);
}

} // namespace

} // namespace hdist
