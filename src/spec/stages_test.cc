#include "spec/stages.h"

#include "data/vectors_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

std::vector<std::string> names_in(const Value* value) {
  if (value == nullptr) return {};
  if (value->if_string() != nullptr) return {*value->if_string()};
  std::vector<std::string> names;
  for (const Value& name : *value->if_list())
    names.push_back(*name.if_string());
  return names;
}

std::vector<StageEntry> stages_of(const Value& list) {
  auto document = std::make_shared<const Document>(Document{"test", "", Value()});
  std::vector<StageEntry> stages;
  for (const Value& item : *list.if_list()) {
    StageEntry stage;
    stage.document = document;
    stage.name = item.find("name") != nullptr ? *item.find("name")->if_string() : "";
    if (const Value* mode = item.find("mode")) stage.mode = *mode->if_string();
    stage.before = names_in(item.find("before"));
    stage.after = names_in(item.find("after"));
    stage.fields = item;
    for (std::string_view known : {"name", "mode", "before", "after"})
      stage.fields.erase(known);
    stages.push_back(std::move(stage));
  }
  return stages;
}

bool has_unnamed(const Value& list) {
  for (const Value& item : *list.if_list())
    if (item.find("name") == nullptr) return true;
  return false;
}

TEST(Stages, OrderIsTheOriginals) {
  int tried = 0;
  Value golden = golden_json("language.json");
  for (const Value& one : *golden.find("stage_order")->if_list()) {
    const Value& list = *one.find("stages");
    if (has_unnamed(list)) continue; // native stages always have a name
    SCOPED_TRACE(*one.find("name")->if_string());
    ++tried;
    if (one.find("error") != nullptr) {
      EXPECT_NE(message_of([&] { order_stages(stages_of(list)); }), "(no error)");
      continue;
    }
    std::vector<std::string> order;
    for (const StageEntry& stage : order_stages(stages_of(list)))
      order.push_back(stage.name);
    EXPECT_EQ(order, names_in(one.find("order")));
  }
  EXPECT_GE(tried, 5);
}

TEST(Stages, InheritanceIsTheOriginals) {
  int tried = 0;
  Value golden = golden_json("language.json");
  for (const Value& one : *golden.find("stage_inheritance")->if_list()) {
    std::vector<std::vector<StageEntry>> bases;
    bool unnamed = has_unnamed(*one.find("child"));
    for (const Value& base : *one.find("ancestors")->if_list()) {
      unnamed = unnamed || has_unnamed(base);
      if (!unnamed) bases.push_back(stages_of(base));
    }
    if (unnamed) continue;
    SCOPED_TRACE(*one.find("name")->if_string());
    ++tried;
    auto merge = [&] { return inherit_stages(bases, stages_of(*one.find("child"))); };
    if (one.find("error") != nullptr) {
      EXPECT_NE(message_of([&] { merge(); }), "(no error)");
      continue;
    }
    std::vector<StageEntry> wanted = stages_of(*one.find("result"));
    std::vector<StageEntry> got = merge();
    ASSERT_EQ(got.size(), wanted.size());
    for (const StageEntry& stage : wanted) {
      auto found = std::find_if(got.begin(), got.end(),
                                [&](const StageEntry& other) { return other.name == stage.name; });
      ASSERT_NE(found, got.end()) << stage.name;
      EXPECT_EQ(found->fields, stage.fields) << canonical_json(found->fields);
      EXPECT_EQ(found->after, stage.after);
    }
  }
  EXPECT_GE(tried, 5);
}

TEST(Stages, AnUnknownNameIsSuggestedTheNearest) {
  Document list =
      read_json("t", R"([{"name": "configure"}, {"name": "make", "after": "confgure"}])");
  std::string text = message_of([&] { order_stages(stages_of(list.root)); });
  EXPECT_NE(text.find("is 'configure' meant?"), std::string::npos) << text;
}

} // namespace
} // namespace hdist
