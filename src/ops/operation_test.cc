#include "ops/operation.h"

#include "data/schema.h"
#include "ops/ops_testing.h"
#include "ops/version.h"

#include <set>

namespace hdist {
namespace {

class OperationTest : public OpsTest {
protected:
  Value call(const std::string& name, const std::string& request) {
    Document document = read_json(name + " request", request);
    Value response = find_operation(name).call(*session_, document);
    // What was taken and what was given is what schemas/operations.json says.
    EXPECT_EQ(schema_text(name + ".request", document.root), "");
    EXPECT_EQ(schema_text(name + ".response", response), "");
    return response;
  }

  static std::string schema_text(const std::string& definition, const Value& value) {
    static const Value schema = parse_json(
        read_file(std::string(HDIST_SOURCE_DIR) + "/schemas/operations.json"), "operations.json");
    std::string text;
    for (const SchemaProblem& problem : schema_problems(schema, value, "#/$defs/" + definition))
      text += problem.path + ": " + problem.message + "\n";
    return text;
  }

  static std::string text(const Value& value, const std::string& name) {
    return *value.find(name)->if_string();
  }
};

TEST_F(OperationTest, EachRefusesAFieldThatItDoesNotKnow) {
  // What each needs, so that the wrong field is what is left to say.
  const std::map<std::string, std::string> needed{
      {"fetch", R"("sources": [{"url": "/x"}], )"},
      {"unpack", R"("key": "k", "target": "t", )"},
      {"hash", R"("spec": {}, )"},
      {"build", R"("spec": {}, )"},
      {"resolve", R"("artifact": "a", )"},
      {"makeprofile", R"("profile": "p", )"},
      {"env", R"("profile": "p", )"},
      {"runtasks", R"("graph": {}, )"},
      {"profile-link", R"("name": "n", "profile": "p", )"},
      {"profile-unlink", R"("name": "n", )"},
      {"profile-info", R"("profile": "p", )"},
      {"artifact-info", R"("artifact": "a", )"},
      {"artifact-refs", R"("artifact": "a", )"},
      {"artifact-tree", R"("artifact": "a", )"},
      {"why-kept", R"("artifact": "a", )"},
      {"build-check", R"("artifact": "a", )"},
  };
  for (const Operation& operation : operations()) {
    auto fields = needed.find(operation.name);
    std::string request =
        "{" + (fields == needed.end() ? "" : fields->second) + R"("no-such-field": 1})";
    EXPECT_NE(message_of([&] { call(operation.name, request); }).find("no-such-field"),
              std::string::npos)
        << operation.name;
    EXPECT_NE(message_of([&] { call(operation.name, "[]"); }).find("expected a map"),
              std::string::npos)
        << operation.name;
  }
}

TEST_F(OperationTest, EachHasItsRequestAndResponseAmongTheSchemas) {
  std::string text = read_file(std::string(HDIST_SOURCE_DIR) + "/schemas/operations.json");
  Value schema = parse_json(text, "operations.json");
  for (const Operation& operation : operations())
    for (const char* part : {".request", ".response"})
      EXPECT_NE(schema.find("$defs")->find(operation.name + part), nullptr)
          << operation.name << part;
}

TEST_F(OperationTest, AMisspeltFieldOrNameIsGivenTheNearest) {
  EXPECT_NE(message_of([&] { call("update", R"({"dry_rnu": true})"); }).find("\"dry_run\""),
            std::string::npos);
  EXPECT_EQ(message_of([&] { call("reslove", "{}"); }),
            "there is no operation 'reslove'; is 'resolve' meant?");
}

TEST_F(OperationTest, TheTableListsItselfEachNameOnce) {
  Value listed = call("operations", "{}");
  EXPECT_EQ(text(listed, "version"), kVersion);
  std::set<std::string> names;
  for (const Value& entry : *listed.find("operations")->if_list()) {
    EXPECT_TRUE(names.insert(text(entry, "name")).second);
    EXPECT_FALSE(text(entry, "summary").ends_with("."));
  }
  EXPECT_EQ(names.size(), operations().size());
}

TEST_F(OperationTest, ASourceGoesInAndOutByJsonAlone) {
  write_file(tmp_.path() + "/data.txt", "content");
  Value fetched = call("fetch", R"({"sources": [{"url": ")" + tmp_.path() + R"(/data.txt"}]})");
  std::string key = text(fetched.find("sources")->if_list()->front(), "key");
  call("unpack", R"({"key": ")" + key + R"(", "target": ")" + tmp_.path() + R"(/out"})");
  EXPECT_EQ(read_file(tmp_.path() + "/out"), "content");
  EXPECT_NE(message_of([&] {
              call("fetch", R"({"sources": [{"url": "/x", "key": "nokey"}]})");
            }).find("sources[0].key"),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              call("unpack", R"({"key": "k", "target": "t", "strip": -1})");
            }).find("strip"),
            std::string::npos);
}

TEST_F(OperationTest, AnArtifactIsLookedAtByJsonAlone) {
  const std::string spec = R"({"spec": )" + spec_text("tool", "/bin/mkdir $ARTIFACT/bin") + "}";
  const std::string id = text(call("build", spec), "id");
  const std::string one = R"({"artifact": "tool"})";
  EXPECT_EQ(text(call("artifact-list", "{}").find("artifacts")->if_list()->front(), "id"), id);
  for (const char* operation : {"artifact-info", "artifact-refs", "why-kept", "build-check"})
    EXPECT_EQ(text(call(operation, one), "id"), id) << operation;
  EXPECT_EQ(call("artifact-tree", one).find("nodes")->if_list()->size(), 1u);
  EXPECT_TRUE(call("verify", R"({"repair": true})").find("damaged")->if_list()->empty());
}

TEST_F(OperationTest, ABuildIsResolvedAndEnteredByJsonAlone) {
  std::string spec = R"({"spec": )" + spec_text("tool", "/bin/mkdir $ARTIFACT/bin") + "}";
  std::string id = text(call("build", spec), "id");
  EXPECT_EQ(text(call("hash", spec), "id"), id);
  EXPECT_EQ(text(call("resolve", R"({"artifact": "tool"})"), "id"), id);
  call("makeprofile", R"({"profile": "mine", "artifacts": ["tool"]})");
  EXPECT_NE(call("env", R"({"profile": "mine"})").find("variables")->find("PATH"), nullptr);
}

TEST_F(OperationTest, TheOthersTakeAndGiveWhatTheirSchemasSay) {
  write_file(tmp_.path() + "/r/tool.yaml",
             "name: tool\nversion: 1\ndescription: d\nhomepage: https://e.org\nlicense: MIT\n"
             "build_stages:\n- {name: all, handler: bash, bash: \"exit 3\"}\n");
  std::string stack = tmp_.path() + "/stack.yaml";
  write_file(stack, "name: s\npackage_dirs: [r]\npackages:\n  tool:\n");
  call("config", R"({"key": null})");
  call("config-set", R"({"key": "builder.jobs", "value": "2"})");
  call("config-unset", R"({"key": "builder.jobs"})");
  call("schema", "{}");
  call("schema", R"({"name": "stack"})");
  call("host-tools", R"({"tools": {"sh": null}})");
  std::string graph =
      compact_json(*call("compile", R"({"stack": ")" + stack + R"("})").find("graph"));
  call("runtasks", R"({"graph": )" + graph + "}");
  Value failed = call("update", R"({"stack": ")" + stack + R"(", "dry_run": false})");
  EXPECT_FALSE(*failed.find("ok")->if_bool());
  Value error = error_value(Error(ErrorKind::usage, "x.y", "m").advise({"t", "v", {"a"}}));
  EXPECT_EQ(schema_text("error", error), "");
}

TEST_F(OperationTest, LeavingAProfileByJsonAlone) {
  EXPECT_EQ(code_of([&] { call("env-undo", "{}"); }), "env.not-entered");
  SessionRequest request;
  request.executable = std::string(HDIST_MODULE_DIR) + "/hdist";
  Env env;
  for (const auto& [name, value] : {std::pair("HDIST_HOME", tmp_.path().c_str()),
                                    {"_PROFILE_DEPTH", "1"},
                                    {"_PROFILE_1", "/p"},
                                    {"_PROFILE_1_path_PATH", "/p/bin:/bin"},
                                    {"PATH", "/p/bin:/bin"}})
    env.set(name, value);
  request.config.environment = env;
  session_.emplace(std::move(request), events_, stop_.get_token());
  Value response = call("env-undo", "{}");
  EXPECT_EQ(text(response, "profile"), "/p");
  EXPECT_TRUE(response.find("environment")->find("PATH")->is_null());
}

TEST_F(OperationTest, GarbageAndRootsByJsonAlone) {
  call("build", R"({"spec": )" + spec_text("tool", "/bin/mkdir $ARTIFACT/bin") + "}");
  call("root-add", R"({"roots": ["tool"]})");
  EXPECT_FALSE(call("root-list", "{}").find("roots")->if_list()->empty());
  call("gc", R"({"dry_run": true})");
  Value response = call("gc", R"({"grace": 0})");
  EXPECT_EQ(response.find("kept")->if_list()->size(), 1u);
  call("root-rm", R"({"roots": ["tool"]})");
}

TEST_F(OperationTest, TheRegistryByJsonAlone) {
  call("build", R"({"spec": )" + spec_text("tool", "/bin/mkdir $ARTIFACT/bin") + "}");
  call("makeprofile", R"({"profile": "mine", "artifacts": ["tool"], "reason": "a test"})");
  Value linked = call("profile-link", R"({"name": "other", "profile": "mine"})");
  EXPECT_TRUE(*linked.find("changed")->if_bool());
  EXPECT_EQ(call("profile-list", "{}").find("profiles")->if_list()->size(), 2u);
  Value info = call("profile-info", R"({"profile": "other"})");
  EXPECT_EQ(info.find("names")->if_list()->size(), 2u);
  EXPECT_EQ(text(*info.find("made"), "reason"), "a test");
  call("profile-unlink", R"({"name": "other"})");
  EXPECT_EQ(call("profile-list", "{}").find("profiles")->if_list()->size(), 1u);
}

TEST_F(OperationTest, ABuildThatWasStoppedIsInterrupted) {
  stop_.request_stop();
  std::string spec = R"({"spec": )" + spec_text("slow", "/bin/sleep 100") + "}";
  try {
    call("build", spec);
    FAIL() << "it was built";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
}

TEST(OperationJson, OfAnErrorAllFieldsArePresent) {
  EXPECT_EQ(compact_json(error_value(Error(ErrorKind::usage, "x.y", "m"))),
            R"({"error":{"code":"x.y","kind":"usage","message":"m","while":[],"advice":[]}})");
}

TEST(OperationJson, BytesThatAreNoTextBecomeReplacementCharacters) {
  Value value;
  value.set("line\xff", Value::List{"caf\xe9 \xc3\xa9", "plain"});
  EXPECT_EQ(compact_json(with_valid_texts(value)),
            "{\"line\xef\xbf\xbd\":[\"caf\xef\xbf\xbd \xc3\xa9\",\"plain\"]}");
}

} // namespace
} // namespace hdist
