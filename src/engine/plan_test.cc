#include "engine/plan.h"

#include "data/json.h"
#include "testing/golden_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TaskGraph graph_of(const std::string& json) {
  return TaskGraph::read(read_json("tasks.json", json));
}

const std::string kKey = "tar.gz:" + std::string(51, 'a') + "q";

/// app needs lib to be built and data at run time; lib has a source.
TaskGraph small_graph() {
  return graph_of(R"({"version": 1, "tasks": {
    "fetch:src": {"type": "fetch", "key": ")" +
                  kKey + R"(", "url": "https://example.org/x.tar.gz"},
    "build:app": {"type": "build", "spec": {"name": "app", "build": {"import": [{"id": "$build:lib", "ref": "LIB"}]}, "run": ["$build:data"]}},
    "build:lib": {"type": "build", "spec": {"name": "lib", "sources": [{"key": ")" +
                  kKey + R"("}], "build": {}}},
    "build:data": {"type": "build", "spec": {"name": "data", "build": {}}}}})");
}

std::map<std::string, PlannedState> plan(const TaskGraph& graph,
                                         const std::vector<std::string>& goals,
                                         const std::vector<std::string>& present) {
  ResolvedGraph resolved = resolve_graph(graph);
  auto has_artifact = [&](const ArtifactId& id) {
    return std::find(present.begin(), present.end(), id.name()) != present.end();
  };
  std::vector<PlannedState> states =
      plan_tasks(graph, resolved, goals, has_artifact, [](const SourceKey&) { return false; });
  std::map<std::string, PlannedState> result;
  for (std::size_t i = 0; i < states.size(); ++i)
    result[graph.tasks[i].name] = states[i];
  return result;
}

TEST(Plan, AMissingBuildNeedsItsImportsAndSources) {
  auto states = plan(small_graph(), {"build:app"}, {});
  for (const char* task : {"fetch:src", "build:app", "build:lib", "build:data"})
    EXPECT_EQ(states[task], PlannedState::to_do) << task;
}

TEST(Plan, APresentArtifactNeedsOnlyWhatItRunsWith) {
  auto states = plan(small_graph(), {"build:app"}, {"app"});
  EXPECT_EQ(states["build:app"], PlannedState::present);
  EXPECT_EQ(states["build:data"], PlannedState::to_do);
  EXPECT_EQ(states["build:lib"], PlannedState::not_needed);
  EXPECT_EQ(states["fetch:src"], PlannedState::not_needed);
}

TEST(Plan, ASourceIsNotNeededByABuildThatIsPresent) {
  auto states = plan(small_graph(), {}, {"lib", "data"});
  EXPECT_EQ(states["build:app"], PlannedState::to_do);
  EXPECT_EQ(states["fetch:src"], PlannedState::not_needed);
}

TEST(Plan, WithoutGoalsAllIsDoneButSourcesOfWhatIsThere) {
  TaskGraph graph = small_graph();
  graph.tasks.push_back({"fetch:other", FetchTask{{{"https://example.org/y", std::nullopt}}}, {}});
  graph.tasks.push_back({"profile", ProfileTask{"/p", {"$build:app"}}, {}});
  graph.tasks.push_back({"check", CommandTask{{"true"}, {{"$build:data", "DATA"}}}, {}});
  auto states = plan(graph, {}, {"app", "lib", "data"});
  EXPECT_EQ(states["fetch:src"], PlannedState::not_needed);
  EXPECT_EQ(states["build:app"], PlannedState::present);
  for (const char* task : {"fetch:other", "profile", "check"})
    EXPECT_EQ(states[task], PlannedState::to_do) << task;
  states = plan(graph, {"check"}, {});
  EXPECT_EQ(states["build:data"], PlannedState::to_do);
  EXPECT_EQ(states["build:app"], PlannedState::not_needed);
}

TEST(Plan, ADependencysIdIsPartOfTheId) {
  TaskGraph graph = small_graph();
  ArtifactId before = resolve_graph(graph).ids.at("build:app");
  for (Task& task : graph.tasks)
    if (task.name == "build:lib") std::get<BuildTask>(task.action).spec.set("version", "2");
  EXPECT_NE(resolve_graph(graph).ids.at("build:app"), before);
}

TEST(Plan, UnknownTasksAndCirclesAreNamed) {
  std::string text = message_of([] {
    resolve_graph(graph_of(
        R"({"version": 1, "tasks": {"build:a": {"type": "build", "spec": {"name": "a", "build": {}, "run": ["$build:b"]}}}})"));
  });
  EXPECT_NE(text.find("build:b"), std::string::npos) << text;
  text = message_of([] {
    resolve_graph(graph_of(
        R"({"version": 1, "tasks": {"a": {"type": "build", "spec": {"name": "a", "build": {}, "run": ["$b"]}},
                                                        "b": {"type": "build", "spec": {"name": "b", "build": {}, "run": ["$a"]}}}})"));
  });
  EXPECT_NE(text.find('a'), std::string::npos) << text;
  EXPECT_NE(message_of([] { plan(small_graph(), {"build:ap"}, {}); }).find("is 'build:app' meant?"),
            std::string::npos);
}

TEST(Plan, AChainOfManyTasksIsPlanned) {
  TaskGraph graph;
  for (int i = 0; i < 5000; ++i) {
    Value spec;
    spec.set("name", "p" + std::to_string(i));
    spec.set("build", Value::map());
    if (i > 0) spec.set("run", Value(Value::List{Value("$t" + std::to_string(i - 1))}));
    graph.tasks.push_back({"t" + std::to_string(i), BuildTask{spec}, {}});
  }
  EXPECT_EQ(plan(graph, {"t4999"}, {})["t0"], PlannedState::to_do);
}

/// The ids of the quickstart's specs on one fixed machine: a difference means that every user
/// builds everything again.
TEST(Plan, TheQuickstartsIdsAreGolden) {
  std::string tasks = read_file(golden_path("quickstart/tasks.json"));
  ResolvedGraph resolved = resolve_graph(graph_of(tasks));
  Value ids;
  for (const auto& [task, id] : resolved.ids)
    ids.set(task, id.str());
  expect_golden("quickstart/ids.json", pretty_json(ids));
}

} // namespace
} // namespace hdist
