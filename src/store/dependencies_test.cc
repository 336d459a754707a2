#include "store/dependencies.h"

#include "store/test_artifacts.h"

#include <gtest/gtest.h>

#include <map>

namespace hdist {
namespace {

ArtifactRecord record(const std::string& name, const std::vector<std::string>& references) {
  ArtifactRecord made{.id = test_id(name)};
  for (const std::string& one : references)
    made.references.push_back(test_id(one));
  return made;
}

std::string names(const std::vector<DependencyNode>& nodes) {
  std::string text;
  for (const DependencyNode& node : nodes)
    text += (text.empty() ? "" : " ") + node.id.name() + (node.record ? "" : "(gone)");
  return text;
}

TEST(Dependencies, EachIsThereOnceWithAllWaysItIsNeededIn) {
  ArtifactRecord app = record("app", {"lib", "named", "run"});
  app.imports = {test_id("tool"), test_id("lib")};
  app.run = {test_id("run")};
  app.needs = {{test_id("run"), test_id("lib")}};
  const std::vector<Dependency> found = dependencies_of(app);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].id.name(), "lib");
  EXPECT_TRUE(found[0].is_build && found[0].is_load && !found[0].is_name && !found[0].is_run);
  EXPECT_TRUE(found[1].is_name && !found[1].is_build);
  EXPECT_TRUE(found[2].is_run && !found[2].is_load && !found[2].is_name);
  EXPECT_EQ(found[3].id.name(), "tool");
  EXPECT_FALSE(found[3].is_needed());
}

TEST(Dependencies, AnArtifactIsNoDependencyOfItself) {
  EXPECT_TRUE(dependencies_of(record("app", {"app"})).empty());
}

TEST(Dependencies, AGraphHasEachOnceAlsoWithCyclesAndGaps) {
  std::map<ArtifactId, ArtifactRecord> all;
  for (ArtifactRecord one : {record("app", {"a", "b"}), record("a", {"c", "app"}),
                             record("b", {"c", "gone"}), record("c", {"a"})})
    all.emplace(one.id, one);
  const auto find = [&](const ArtifactId& id) -> std::optional<ArtifactRecord> {
    const auto found = all.find(id);
    return found == all.end() ? std::nullopt : std::optional(found->second);
  };
  const auto any = [](const Dependency&) { return true; };
  EXPECT_EQ(names(dependency_graph(test_id("app"), find, any)), "app a b c gone(gone)");
  const auto none = [](const Dependency&) { return false; };
  EXPECT_EQ(names(dependency_graph(test_id("app"), find, none)), "app");
}

} // namespace
} // namespace hdist
