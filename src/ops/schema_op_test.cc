#include "ops/schema_op.h"

#include "base/text.h"
#include "data/schema.h"
#include "data/yaml.h"
#include "model/install_json.h"
#include "ops/ops_testing.h"
#include "ops/runtasks.h"
#include "ops/update.h"

#include <filesystem>
#include <map>
#include <set>

namespace hdist {
namespace {

class SchemaOpTest : public OpsTest {
protected:
  Value schema(const std::string& name) {
    return *find_schemas(*session_, {name}).schemas.front().schema;
  }
  /// The problems, one a line; "" when the document is what its schema says.
  std::string problems(const std::string& name, const Value& document) {
    std::string text;
    for (const SchemaProblem& problem : schema_problems(schema(name), document))
      text += problem.path + ": " + problem.message + "\n";
    return text;
  }
  Value golden(const std::string& file) {
    return parse_json(read_file(std::string(HDIST_GOLDEN_DIR) + "/" + file), file);
  }
};

TEST_F(SchemaOpTest, GoldenDocumentsAreWhatTheirSchemasSay) {
  const std::map<std::string, std::string> documents{
      {"records/artifact-record.json", "artifact-record"},
      {"records/profile.json", "profile"},
      {"records/tasks.json", "tasks"},
      {"quickstart/tasks.json", "tasks"},
      {"source/item.json", "source-note"},
      {"store/store.json", "store"},
  };
  for (const auto& [file, name] : documents)
    EXPECT_EQ(problems(name, golden(file)), "") << file;
  std::string lines = read_file(std::string(HDIST_GOLDEN_DIR) + "/store/files.jsonl");
  for (const std::string& line : split(trim(lines), '\n'))
    EXPECT_EQ(problems("files-line", parse_json(line, "line")), "") << line;
}

TEST_F(SchemaOpTest, TheInstallFileOfTheFoundingPageIsWhatTheSchemaSays) {
  const char* text =
      R"({"runtime-dependencies": {"python": "python/nodle477gt6odhllqbhp6wr7k5d23jhk"},
      "command": ["$python/bin/python", "setup.py", "install", "--prefix=$profiletarget"],
      "profile-env-vars": {"PYTHONPATH": "$profiletarget/site"},
      "parameters": {"rules": [["symlink", "**"], ["copy", "/bin/x"]], "any": "thing"}})";
  EXPECT_EQ(problems("install", parse_json(text, "install.json")), "");
  EXPECT_EQ(problems("install", parse_json(repeating_install_json({}), "install.json")), "");
}

TEST_F(SchemaOpTest, TheSpecsOfTheQuickstartAreWhatTheSchemaSays) {
  Value tasks = golden("quickstart/tasks.json");
  int specs = 0;
  for (const auto& [name, task] : *tasks.find("tasks")->if_map()) {
    const Value* found = task.find("spec");
    if (found == nullptr) continue;
    std::map<std::string, ArtifactId> ids;
    for (const auto& [other, unused] : *tasks.find("tasks")->if_map())
      ids.emplace(other, ArtifactId::make("x", sha256(other)));
    EXPECT_EQ(problems("build-spec", fill_in(*found, ids)), "") << name;
    ++specs;
  }
  EXPECT_GT(specs, 5);
}

TEST_F(SchemaOpTest, TheFoundingPagesFormIsWhatTheSchemaSaysAndSoIsWhatItBecomes) {
  EXPECT_EQ(problems("build-spec", golden("founding/spec.json")), "");
  EXPECT_EQ(problems("build-spec", golden("founding/spec-mapped.json")), "");
}

TEST_F(SchemaOpTest, TheRecipesThatAreInstalledAreWhatTheSchemaSays) {
  int recipes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(session_->paths().packages)) {
    if (entry.path().extension() != ".yaml") continue;
    Document recipe = read_yaml(entry.path(), read_file(entry.path()));
    EXPECT_EQ(problems("recipe", recipe.root), "") << entry.path();
    ++recipes;
  }
  EXPECT_GT(recipes, 5);
  std::string stack = std::string(HDIST_SOURCE_DIR) + "/examples/quickstart/stack.yaml";
  EXPECT_EQ(problems("stack", read_yaml(stack, read_file(stack)).root), "");
}

TEST_F(SchemaOpTest, TheConfigurationOfJobsIsWhatTheSchemaSays) {
  EXPECT_EQ(problems("config", parse_json(session_->config().json(), "config")), "");
}

TEST_F(SchemaOpTest, WhatReadersRefuseTheSchemasRefuseToo) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"artifact-record", R"({"version": 1, "id": "zlib", "directory": "x", "files": "x"})"},
      {"build-spec", R"({"name": "-x", "build": {}})"},
      {"build-spec", R"({"name": "x", "build": {"import": [{"id": "zlib"}]}})"},
      {"build-spec",
       R"({"name": "x", "platform": {"os": "linux", "arch": "a", "cpu": "c", "libc": "l"}, "build": {}, "more": 1})"},
      {"build-spec", R"({"name": "x", "command": ["hdist", "x"], "environment": {}})"},
      {"config", R"({"builder": {"stroe": "/x"}})"},
      {"event", R"({"event": "task", "state": "begun"})"},
      {"files-line", R"({"type": "f", "path": "x"})"},
      {"install", R"({"rules": [["symlnk", "**"]]})"},
      {"install", R"({"environment": {"A": {"paht": ["x"]}}})"},
      {"install", R"({"runtime-dependencies": {"a": "no id"}})"},
      {"profile", R"({"version": 1, "name": "x", "members": [{"id": "x", "path": "relative"}]})"},
      {"recipe", R"({"name": "x", "version": "1"})"},
      {"source-note", R"({"version": 1, "key": "tar.gz:x", "size": 1})"},
      {"stack", R"({"name": "x", "packages": ["lua"]})"},
      {"store", R"({"version": 2, "kind": "artifacts"})"},
      {"tasks", R"({"version": 1, "tasks": {"a": {"type": "biuld"}}})"},
      {"tasks", R"({"a": {"type": "build", "spec": {}, "cores": 0}})"},
      {"operations", R"({"no-such-field": 1})"},
  };
  std::set<std::string> tried;
  for (const auto& [name, text] : wrong) {
    EXPECT_NE(problems(name, parse_json(text, "wrong")), "") << name << " " << text;
    tried.insert(name);
  }
  EXPECT_EQ(tried.size(), find_schemas(*session_, {}).schemas.size()) << "one has no wrong example";
}

TEST_F(SchemaOpTest, WhatSchemasShareTheyHaveInCommon) {
  std::map<std::string, Value> known;
  for (const InstalledSchema& one : find_schemas(*session_, {}).schemas) {
    EXPECT_FALSE(one.title.empty()) << one.name;
    Value whole = schema(one.name);
    const Value* definitions = whole.find("$defs");
    if (definitions == nullptr) continue;
    for (const char* name : {"artifactId", "digest", "expectation", "install", "name", "patterns",
                             "platform", "rule", "sourceKey", "variables"})
      if (const Value* definition = definitions->find(name)) {
        auto [first, is_new] = known.emplace(name, *definition);
        EXPECT_TRUE(is_new || first->second == *definition) << one.name << " " << name;
      }
  }
  EXPECT_GT(known.size(), 5u);
}

TEST_F(SchemaOpTest, AnUnknownNameIsGivenTheNearest) {
  EXPECT_NE(message_of([&] { find_schemas(*session_, {"stak"}); }).find("is 'stack' meant?"),
            std::string::npos);
}

TEST_F(SchemaOpTest, AnErrorInAStackSaysWhatElseIsWrong) {
  write_file(tmp_.path() + "/stack.yaml", "nmae: x\npackages: [lua]\ntoolchain: {cc: [gcc]}\n");
  try {
    compile(*session_, {tmp_.path() + "/stack.yaml", ""});
    FAIL() << "it was read";
  } catch (const Error& error) {
    std::string advice;
    for (const Advice& one : error.advice())
      advice += one.text + "\n";
    EXPECT_NE(advice.find("stack.yaml:2:11: packages: expected"), std::string::npos) << advice;
    EXPECT_NE(advice.find("stack.yaml:3:17: toolchain.cc: expected"), std::string::npos) << advice;
    EXPECT_EQ(error.advice().back(), (Advice{"what it may hold", "schema", {"stack"}}));
  }
}

TEST_F(SchemaOpTest, OnlyErrorsOfDocumentsAreExplained) {
  Error error(ErrorKind::failed, "system.ENOSPC", "disk full");
  explain(*session_, "stack", Document{}, error);
  EXPECT_TRUE(error.advice().empty());
  Error other(ErrorKind::usage, "document.type", "x");
  explain(*session_, "no-such-schema", Document{}, other); // a broken installation hides no error
  EXPECT_TRUE(other.advice().empty());
}

} // namespace
} // namespace hdist
