#include "store/gc_mark.h"

#include "store/test_artifacts.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace hdist {
namespace {

using Graph = std::map<ArtifactId, std::vector<ArtifactId>>;

NeedsOf needs_in(const Graph& graph) {
  return [&](const ArtifactId& id) -> std::optional<std::vector<ArtifactId>> {
    auto found = graph.find(id);
    if (found == graph.end()) return std::nullopt;
    return found->second;
  };
}

TEST(GcMark, FollowsNeedsAndNamesTheShortestWay) {
  ArtifactId a = test_id("a"), b = test_id("b"), c = test_id("c"), d = test_id("d");
  Graph graph{{a, {b}}, {b, {c}}, {c, {a}}, {d, {c}}};
  std::map<ArtifactId, Mark> marks = mark_needed({{.ids = {a}}, {.ids = {d}}}, needs_in(graph));
  ASSERT_EQ(marks.size(), 4u);
  EXPECT_EQ(marks.at(a).needed_by, std::nullopt);
  EXPECT_EQ(marks.at(b).needed_by, a);
  EXPECT_EQ(marks.at(c).needed_by, d);
  EXPECT_EQ(marks.at(c).seed, 1u);
}

TEST(GcMark, AWeakSeedIsTheReasonOnlyOfWhatNoOtherReaches) {
  ArtifactId a = test_id("a"), b = test_id("b"), c = test_id("c");
  Graph graph{{a, {b}}, {b, {}}, {c, {b}}};
  std::map<ArtifactId, Mark> marks = mark_needed(
      {{.ids = {b}, .weak = true}, {.ids = {c}, .weak = true}, {.ids = {a}}}, needs_in(graph));
  EXPECT_EQ(marks.at(b).seed, 2u);
  EXPECT_EQ(marks.at(c).seed, 1u);
}

TEST(GcMark, WhatIsNotThereIsNotMarked) {
  ArtifactId a = test_id("a"), b = test_id("b");
  EXPECT_TRUE(mark_needed({{.ids = {b}}}, needs_in({{a, {}}})).empty());
}

TEST(GcMark, AChainMayBeLongerThanTheStackIsDeep) {
  Graph graph;
  auto id = [](int i) {
    std::string digits = std::to_string(i);
    for (char& c : digits)
      c = static_cast<char>('a' + (c - '0'));
    return *ArtifactId::parse("a/" + std::string(32 - digits.size(), 'z') + digits);
  };
  constexpr int kLength = 50'000;
  for (int i = 0; i < kLength; ++i)
    graph[id(i)] = {id(i + 1)};
  EXPECT_EQ(mark_needed({{.ids = {id(0)}}}, needs_in(graph)).size(), std::size_t{kLength});
}

TEST(GcMark, WhatNeedsSomethingComesBeforeIt) {
  ArtifactId a = test_id("a"), b = test_id("b"), c = test_id("c"), d = test_id("d");
  Graph graph{{a, {c, b}}, {b, {c}}, {c, {}}, {d, {c}}};
  using Ids = std::vector<ArtifactId>;
  EXPECT_EQ(dependents_first({c, b, a}, needs_in(graph)), (Ids{a, b, c}));
  Ids order = dependents_first({a, c, d}, needs_in(graph));
  EXPECT_EQ(order.back(), c);
  EXPECT_EQ(order.size(), 3u);
  EXPECT_EQ(dependents_first({a, b}, needs_in({{a, {b}}, {b, {a}}})).size(), 2u); // a circle ends
}

/// Against the definition: repeat until nothing is added.
TEST(GcMark, AgreesWithTheDefinitionOnRandomGraphs) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<ArtifactId> ids;
    for (char letter = 'a'; letter < 'a' + 12; ++letter)
      ids.push_back(test_id("n", letter));
    auto some = [&](std::size_t most) {
      std::vector<ArtifactId> list;
      for (std::size_t i = random() % (most + 1); i > 0; --i)
        list.push_back(ids[random() % ids.size()]);
      return list;
    };
    Graph graph;
    for (const ArtifactId& id : ids)
      if (random() % 8 != 0) graph[id] = some(3);
    std::vector<MarkSeed> seeds;
    seeds.reserve(3);
    for (int i = 0; i < 3; ++i)
      seeds.push_back({.ids = some(2), .weak = random() % 2 == 0});

    std::set<ArtifactId> expected;
    for (const MarkSeed& seed : seeds)
      for (const ArtifactId& id : seed.ids)
        if (graph.contains(id)) expected.insert(id);
    for (std::size_t before = 0; before != expected.size();) {
      before = expected.size();
      for (const ArtifactId& id : std::set<ArtifactId>(expected))
        for (const ArtifactId& need : graph[id])
          if (graph.contains(need)) expected.insert(need);
    }
    std::set<ArtifactId> found;
    for (const auto& [id, mark] : mark_needed(seeds, needs_in(graph)))
      found.insert(id);
    EXPECT_EQ(found, expected) << "round " << round;
  }
}

} // namespace
} // namespace hdist
