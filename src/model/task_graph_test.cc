#include "model/task_graph.h"

#include "base/error.h"
#include "data/json.h"
#include "model/hitpack.h"
#include "testing/golden_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TaskGraph graph_of(const std::string& text) {
  return TaskGraph::read(read_json("tasks.json", text));
}

TaskGraph tasks(const std::string& inner) {
  return graph_of(R"({"version": 1, "tasks": {)" + inner + "}}");
}

std::string error_of(const std::string& inner) {
  return first_line(message_of([&] { tasks(inner); }));
}

TaskGraph example() {
  TaskGraph graph;
  SourceKey key = SourceKey::make(SourceType::tar_gz, sha256("x"));
  FetchTask fetch;
  fetch.candidates.push_back({"https://example.org/x-1.tar.gz", Expectation(key)});
  fetch.candidates.push_back(
      {"https://example.net/x-1.tar.gz", Expectation::parse("sha256:" + sha256("x").hex())});
  fetch.candidates.push_back({"file:x-1.tar.gz", std::nullopt});
  graph.tasks.push_back({"fetch x-1.tar.gz", fetch, {}});
  PackFiles files{{"_hashdist/build.sh", "make\n"}, {"data", std::string("\0\xff", 2)}};
  graph.tasks.push_back({"pack x", PackTask{hitpack_key(write_hitpack(files)), files}, {}});
  Value spec = parse_json(
      R"({"name": "x", "build": {"import": [{"id": "$y", "ref": "Y"}]}, "run": ["$y"]})", "spec");
  graph.tasks.push_back({"x", BuildTask{spec, 4, true}, {"fetch x-1.tar.gz"}});
  graph.tasks.push_back({"y", BuildTask{parse_json(R"({"name": "y", "build": {}})", "spec")}, {}});
  graph.tasks.push_back({"profile", ProfileTask{"/home/u/p", {"$x", "$y"}}, {}});
  CommandTask check{.argv = {"$X_DIR/bin/x", "--check"}, .imports = {{"$x", "X"}}};
  check.environment = {{"LANG", "C"}};
  check.directory = "tests";
  check.exclusive = true;
  graph.tasks.push_back({"check", check, {"profile"}});
  return graph;
}

TEST(TaskGraph, IsWrittenAsTheGoldenFileSays) {
  expect_golden("records/tasks.json", pretty_json(example().to_value()));
}

TEST(TaskGraph, WhatIsWrittenIsReadBackEqual) {
  TaskGraph graph = graph_of(pretty_json(example().to_value()));
  EXPECT_EQ(graph.to_value(), example().to_value());
  ASSERT_EQ(graph.tasks.size(), 6U);
  EXPECT_EQ(graph.tasks[0].name, "fetch x-1.tar.gz");
  EXPECT_EQ(std::get<FetchTask>(graph.tasks[0].action),
            std::get<FetchTask>(example().tasks[0].action));
  EXPECT_EQ(std::get<PackTask>(graph.tasks[1].action).files[1].second, std::string("\0\xff", 2));
  EXPECT_EQ(std::get<BuildTask>(graph.tasks[2].action).cores, 4);
  EXPECT_TRUE(std::get<BuildTask>(graph.tasks[2].action).exclusive);
  EXPECT_EQ(graph.find("profile"), &graph.tasks[4]);
  EXPECT_EQ(graph.find("q"), nullptr);
}

TEST(TaskGraph, ReadsTheFoundingPagesForm) {
  std::string key = SourceKey::make(SourceType::tar_gz, sha256("x")).str();
  TaskGraph graph = graph_of(R"({
      "get": {"type": "fetch", "url": "http://x/a.tar.gz", "hash": ")" +
                             key + R"("},
      "atlas": {"type": "build", "ncores": 1, "exclusive": true, "body": {"name": "atlas", "build": {}}},
      "numpy": {"type": "build", "body": {"name": "numpy", "build": {"import": [{"id": "$atlas"}]}}}})");
  ASSERT_EQ(graph.tasks.size(), 3U);
  EXPECT_EQ(std::get<FetchTask>(graph.tasks[0].action).candidates[0].expected->str(), key);
  EXPECT_TRUE(std::get<BuildTask>(graph.tasks[1].action).exclusive);
}

TEST(TaskGraph, NamesThatAreNoTasksAreErrorsWithTheirLine) {
  EXPECT_EQ(
      error_of(
          R"("a": {"type": "profile", "path": "p", "members": ["b/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"], "needs": ["b"]})"),
      "tasks.json:1:31: a: \"b\" is no task");
  EXPECT_EQ(error_of(R"("atlas": {"type": "build", "spec": {"name": "a", "build": {}}},
       "b": {"type": "build", "spec": {"name": "b", "build": {"import": [{"id": "$atlsa"}]}}})"),
            "tasks.json:2:81: b: \"atlsa\" is no build task; did you mean \"atlas\"?");
  EXPECT_NE(error_of(R"("f": {"type": "fetch", "url": "x"},
       "p": {"type": "profile", "path": "p", "members": ["$f"]})")
                .find("\"f\" is no build task"),
            std::string::npos);
}

TEST(TaskGraph, WrongTasksAreErrors) {
  EXPECT_NE(error_of(R"("a": {"type": "fecth"})").find("unknown type \"fecth\""),
            std::string::npos);
  EXPECT_NE(error_of(R"("a": {"type": "fetch", "url": ""})").find("expected an address"),
            std::string::npos);
  EXPECT_NE(error_of(R"("a": {"type": "fetch", "url": "x", "key": "y"})").find("is no source key"),
            std::string::npos);
  EXPECT_NE(error_of(R"("a": {"type": "fetch", "candidates": []})").find("at least one"),
            std::string::npos);
  EXPECT_NE(
      error_of(R"("a": {"type": "fetch", "url": "x", "utl": "y"})").find("unknown field \"utl\""),
      std::string::npos);
  EXPECT_NE(error_of(R"("a": {"type": "build", "spec": 3})").find("expected the build spec"),
            std::string::npos);
  EXPECT_NE(error_of(R"("a": {"type": "build", "spec": {}, "cores": 0})").find("from 1"),
            std::string::npos);
  EXPECT_NE(error_of(R"("a": {"type": "build", "spec": {}, "body": {}})").find("give one"),
            std::string::npos);
  EXPECT_NE(error_of(R"("a": {"type": "command", "command": []})").find("expected a program"),
            std::string::npos);
  EXPECT_NE(error_of(R"("a": {"type": "command", "command": ["a"], "import": [{"id": "x"}]})")
                .find("\"x\" is no artifact id"),
            std::string::npos);
  EXPECT_NE(error_of(R"("a": {"type": "command", "command": ["a"], "import": [{"id": "$x"}]})")
                .find("\"x\" is no build task"),
            std::string::npos);
  EXPECT_NE(error_of(R"("a": {"type": "command", "command": ["a"], "environment": {"B=": "c"}})")
                .find("name of a variable"),
            std::string::npos);
  EXPECT_NE(error_of(R"("a\n": {"type": "build", "spec": {}})").find("name of a task"),
            std::string::npos);
  for (const char* text : {"[]", "null", R"({"version": 1})", R"({"version": 1, "tasks": []})",
                           R"({"version": 1, "tasks": {}, "x": 1})", R"({"a": 1})"})
    EXPECT_NE(message_of([&] { graph_of(text); }), "(no error)") << text;
}

TEST(TaskGraph, AForgottenVersionIsNamed) {
  for (const char* text : {R"({"tasks": {"a": {"type": "build", "spec": {"name": "a"}}}})",
                           R"({"tasks": {}})", R"({"tasks": []})"})
    EXPECT_NE(message_of([&] { graph_of(text); }).find("the field \"version\" is missing"),
              std::string::npos)
        << text;
  // The founding form may call a task so.
  EXPECT_EQ(graph_of(R"({"tasks": {"type": "build", "spec": {"name": "a"}}})").tasks.size(), 1u);
}

TEST(TaskGraph, ALaterVersionIsRefused) {
  try {
    graph_of(R"({"version": 2, "tasks": {}})");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "tasks.version");
  }
}

TEST(TaskGraph, APackMustHaveTheDigestOfItsKey) {
  std::string key = hitpack_key(write_hitpack({{"a", "1"}})).str();
  std::string start =
      R"("p": {"type": "pack", "key": ")" + key + R"(", "files": [{"name": "a", "text": ")";
  EXPECT_EQ(tasks(start + R"(1"}]})").tasks.size(), 1U);
  EXPECT_NE(error_of(start + R"(2"}]})").find("the files of this pack have another digest"),
            std::string::npos);
  EXPECT_NE(error_of(R"("p": {"type": "pack", "key": ")" + key +
                     R"(", "files": [{"name": "a", "base64": "!"}]})")
                .find("expected base64"),
            std::string::npos);
}

TEST(TaskGraph, IdsAreFilledInWhereverASpecMentionsATask) {
  ArtifactId y = ArtifactId::make("y", sha256("y"));
  Value spec = parse_json(
      R"({"name": "x", "build": {"import": [{"id": "$y"}, {"id": "virtual:z"}], "commands": [{"cmd": ["$y"]}]},
          "run": ["$y"], "nohash_note": "$y"})",
      "spec");
  Value expected = parse_json(
      R"({"name": "x", "build": {"import": [{"id": "Y"}, {"id": "virtual:z"}], "commands": [{"cmd": ["$y"]}]},
          "run": ["Y"], "nohash_note": "$y"})",
      "spec");
  expected.find("build")->find("import")->if_list()->front().set("id", y.str());
  expected.find("run")->if_list()->front() = Value(y.str());
  EXPECT_EQ(fill_in(spec, {{"y", y}}), expected);
}

TEST(TaskGraph, AnIdThatIsNotThereIsAnError) {
  Value spec = parse_json(R"({"name": "x", "build": {}, "run": ["$readlin"]})", "spec");
  ArtifactId id = ArtifactId::make("readline", sha256("y"));
  try {
    fill_in(spec, {{"readline", id}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "tasks.unknown");
    EXPECT_EQ(error.message(), "\"readlin\" is no build task; did you mean \"readline\"?");
  }
}

} // namespace
} // namespace hdist
