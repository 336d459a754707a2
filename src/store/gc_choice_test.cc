#include "store/gc_choice.h"

#include "store/test_artifacts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace hdist {
namespace {

struct Item {
  GcCost cost;
  std::vector<ArtifactId> needs;
};

class GcChoice : public testing::Test {
protected:
  ArtifactId add(const std::string& name, int64_t size_bytes, int64_t build_ms,
                 std::vector<ArtifactId> needs = {}, int64_t last_use_s = 0) {
    ArtifactId id = test_id(name);
    items_[id] = {{size_bytes, build_ms, last_use_s}, std::move(needs)};
    return id;
  }
  std::optional<std::vector<ArtifactId>> needs_of(const ArtifactId& id) const {
    auto found = items_.find(id);
    return found == items_.end() ? std::nullopt : std::optional(found->second.needs);
  }
  std::vector<ArtifactId> garbage() const {
    std::vector<ArtifactId> ids;
    for (const auto& [id, item] : items_)
      ids.push_back(id);
    return dependents_first(ids, [&](const ArtifactId& id) { return needs_of(id); });
  }
  std::vector<ArtifactId> choose(int64_t free_bytes) const {
    return choose_to_free(
        garbage(), free_bytes, [&](const ArtifactId& id) { return needs_of(id); },
        [&](const ArtifactId& id) { return items_.at(id).cost; });
  }
  std::string names(int64_t free_bytes) const {
    std::set<std::string> names;
    for (const ArtifactId& id : choose(free_bytes))
      names.insert(id.name());
    std::string text;
    for (const std::string& name : names)
      text += name;
    return text;
  }
  int64_t size_of(const std::vector<ArtifactId>& ids) const {
    int64_t size_bytes = 0;
    for (const ArtifactId& id : ids)
      size_bytes += items_.at(id).cost.size_bytes;
    return size_bytes;
  }

  std::map<ArtifactId, Item> items_;
};

TEST_F(GcChoice, WhatIsBuiltFastestForItsSizeGoesFirst) {
  add("a", 100, 1000);
  add("b", 100, 10);
  add("c", 1000, 1000);
  EXPECT_EQ(names(1), "b");
  EXPECT_EQ(names(101), "bc");
  EXPECT_EQ(names(1'000'000), "abc");
  EXPECT_EQ(names(0), "");
}

TEST_F(GcChoice, OfEqualCostTheOneThatWasUsedLongestAgoGoesFirst) {
  add("a", 100, 10, {}, 2000);
  add("b", 100, 10, {}, 1000);
  EXPECT_EQ(names(1), "b");
}

TEST_F(GcChoice, WhatNeedsSomethingGoesBeforeIt) {
  ArtifactId low = add("l", 100, 0);
  add("h", 100, 1000, {low, low});
  EXPECT_EQ(names(1), "h");
  EXPECT_EQ(names(150), "hl");
}

TEST_F(GcChoice, WhatIsEmptyIsNoReasonToStop) {
  add("a", 0, 0);
  add("b", 100, 1000);
  EXPECT_EQ(names(1), "ab");
}

/// Random graphs, judged by the definition.
TEST_F(GcChoice, TakesEnoughAndNothingThatIsStillNeeded) {
  std::mt19937 random(5);
  const auto below = [&random](unsigned limit) { return static_cast<int64_t>(random() % limit); };
  for (int round = 0; round < 300; ++round) {
    items_.clear();
    std::vector<ArtifactId> made;
    for (char letter = 'a'; letter < 'a' + 12; ++letter) {
      std::vector<ArtifactId> needs;
      for (std::size_t i = random() % 3; i > 0 && !made.empty(); --i)
        needs.push_back(made[random() % made.size()]);
      made.push_back(add(std::string(1, letter), below(100), below(1000), needs));
    }
    const int64_t wanted = below(700);
    const std::vector<ArtifactId> all = garbage(), chosen = choose(wanted);
    const std::set<ArtifactId> gone(chosen.begin(), chosen.end());
    EXPECT_TRUE(size_of(chosen) >= wanted || chosen.size() == all.size()) << "round " << round;
    for (const auto& [id, item] : items_)
      for (const ArtifactId& need : item.needs)
        EXPECT_FALSE(gone.contains(need) && !gone.contains(id)) << "round " << round;
    int64_t largest = 0; // it stops as soon as there is enough
    for (const ArtifactId& id : chosen)
      largest = std::max(largest, items_.at(id).cost.size_bytes);
    EXPECT_TRUE(chosen.empty() || size_of(chosen) - largest < wanted) << "round " << round;
    auto at = all.begin();
    for (const ArtifactId& id : chosen) {
      at = std::find(at, all.end(), id);
      EXPECT_NE(at, all.end()) << "round " << round;
    }
  }
}

} // namespace
} // namespace hdist
