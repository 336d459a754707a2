#include "spec/handlers.h"

#include "data/json.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

StageEntry stage(const std::string& name, const std::string& fields_json) {
  StageEntry entry;
  entry.name = name;
  auto document = std::make_shared<Document>(read_json("recipe.yaml", fields_json));
  entry.fields = document->root;
  entry.document = document;
  return entry;
}

std::string commands(const std::string& name, const std::string& fields_json,
                     const Parameters& parameters = {}) {
  return canonical_json(Value(stage_work(stage(name, fields_json), parameters).commands));
}

TEST(Handlers, ConfigureGetsThePrefixAndItsArguments) {
  EXPECT_EQ(
      commands("configure", R"({"args": ["--disable-static", "{{x}}"]})", {{"x", "--with-y"}}),
      R"([{"cmd":["./configure","--prefix=${ARTIFACT}","--disable-static","--with-y"],"nohash_stage":"configure"}])");
}

TEST(Handlers, TheHandlerMayDifferFromTheName) {
  EXPECT_EQ(commands("install", R"({"handler": "make", "args": ["install"]})"),
            R"([{"cmd":["make","install"],"nohash_stage":"install"}])");
}

TEST(Handlers, ADirectoryIsEnteredForTheStageAlone) {
  EXPECT_EQ(commands("make", R"({"directory": "src"})"),
            R"([{"commands":[{"chdir":"src"},{"cmd":["make"],"nohash_stage":"make"}]}])");
}

TEST(Handlers, ABashStageIsAFileOfThePack) {
  StageWork work =
      stage_work(stage("docs", R"({"handler": "bash", "bash": "echo {{v}}"})"), {{"v", "hi"}});
  ASSERT_EQ(work.files.size(), 1u);
  EXPECT_EQ(work.files[0].first, "_hashdist/docs.sh");
  EXPECT_EQ(work.files[0].second, "echo hi\n");
  EXPECT_EQ(
      canonical_json(Value(work.commands)),
      R"([{"cmd":["bash","-euo","pipefail","${BUILD}/_hashdist/docs.sh"],"nohash_stage":"docs"}])");
}

TEST(Handlers, JobsAreSetForAllBuildsTogether) {
  auto error_of = [](const std::string& name, const std::string& args) {
    return message_of([&] { stage_work(stage(name, "{\"args\": [" + args + "]}"), {}); });
  };
  for (const char* args :
       {R"("-j4")", R"("-j")", R"("-kj", "4")", R"("all", "-sj4")", R"("--jobs=2")",
        R"("--job", "2")", R"("MAKEFLAGS=-j9")", R"("MAKEFLAGS += -j9")", R"("-C", "sub", "-j4")"})
    EXPECT_NE(error_of("make", args).find("the number of jobs"), std::string::npos) << args;
  for (const char* args :
       {R"("-k")", R"("-C", "-j4")", R"("-fj.mk")", R"("-Ijobs")", R"("--just-print")",
        R"("-l", "j")", R"("X=-j9")", R"("MAKEFLAGS_OF=x")", R"("jobs")"})
    EXPECT_EQ(error_of("make", args), "(no error)") << args;
  for (const char* args : {R"("-j4")", R"("--parallel", "4")", R"("--", "-kj4")"})
    EXPECT_NE(error_of("cmake_build", args).find("the number of jobs"), std::string::npos) << args;
  EXPECT_EQ(error_of("cmake_build", R"("--target", "all", "--", "-k")"), "(no error)");
}

TEST(Handlers, AMisspeltFieldIsShownWhereItStands) {
  auto document = std::make_shared<const Document>(
      read_json("recipe.yaml", "{\"bash\": \"x\",\n \"bsh\": \"y\"}"));
  StageEntry entry;
  entry.name = "all";
  entry.document = document;
  entry.fields = document->root;
  entry.fields.set("handler", "bash");
  std::string text = message_of([&] { stage_work(entry, {}); });
  EXPECT_TRUE(text.starts_with("recipe.yaml:2:2: stage 'all': unknown field \"bsh\"")) << text;
}

TEST(Handlers, AnUnknownHandlerOrFieldIsSuggestedTheNearest) {
  EXPECT_NE(
      message_of([] { stage_work(stage("confgure", "{}"), {}); }).find("is 'configure' meant?"),
      std::string::npos);
  EXPECT_NE(message_of([] { stage_work(stage("make", R"({"argz": []})"), {}); }).find("args"),
            std::string::npos);
}

TEST(Handlers, ADependentSeesTheDirectoryUnderTheDependencysName) {
  Document list = read_json("r", R"([{"prepend_path": "PATH", "value": "${ARTIFACT}/bin"}])");
  EXPECT_EQ(
      canonical_json(Value(environment_actions(list, list.root, "when_build_dependency", "ZLIB"))),
      R"([{"prepend_path":"PATH","value":"${ZLIB_DIR}/bin"}])");
  EXPECT_EQ(canonical_json(Value(environment_actions(list, list.root, "build_environment", ""))),
            R"([{"prepend_path":"PATH","value":"${ARTIFACT}/bin"}])");
}

TEST(Handlers, AnEnvironmentActionIsExactlyOne) {
  Document none = read_json("r", R"([{"value": "x"}])");
  EXPECT_NE(message_of([&] {
              environment_actions(none, none.root, "e", "");
            }).find("expected one of set"),
            std::string::npos);
  Document two = read_json("r", R"([{"set": "A", "append_flag": "B", "value": "x"}])");
  EXPECT_NE(message_of([&] { environment_actions(two, two.root, "e", ""); }).find("one action"),
            std::string::npos);
}

} // namespace
} // namespace hdist
