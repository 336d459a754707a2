#include "data/tree_builder.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

Document document() {
  return {.name = "f", .text = "text of the document", .root = {}};
}

TEST(TreeBuilder, EventsMakeAValueWithPositions) {
  const Document source = document();
  TreeBuilder builder(source, {});
  builder.open_map({1, 1});
  EXPECT_TRUE(builder.wants_key());
  builder.key("a", {1, 2});
  EXPECT_FALSE(builder.wants_key());
  builder.open_list({1, 5});
  EXPECT_FALSE(builder.in_map());
  EXPECT_EQ(builder.open_position(), (Position{1, 5}));
  builder.scalar(7, {1, 6});
  builder.close();
  EXPECT_TRUE(builder.wants_key());
  builder.close();
  EXPECT_EQ(builder.depth(), 0u);
  const Value root = builder.take();
  EXPECT_EQ(root, Value(Value::Map{{"a", Value::List{7}}}));
  EXPECT_EQ(root.find("a")->key_position(), (Position{1, 2}));
  EXPECT_EQ(root.find("a")->if_list()->front().position(), (Position{1, 6}));
}

TEST(TreeBuilder, OfSeveralDuplicatesTheFirstInTheTextIsShown) {
  for (const uint32_t count : {4u, 400u}) { // few are compared, many are sorted
    const Document source = document();
    TreeBuilder builder(source, {});
    builder.open_map({1, 1});
    for (uint32_t i = 0; i < count; ++i) {
      builder.key(std::to_string(i % (count - 2)), {1, i + 1});
      builder.scalar(true, {1, i + 1});
    }
    EXPECT_EQ(first_line(message_of([&] { builder.close(); })),
              "f:1:" + std::to_string(count - 1) +
                  ": duplicate key \"0\"; it stands in line 1 already");
  }
}

TEST(CheckText, RemovesAByteOrderMarkAndRefusesWhatIsNoText) {
  Document marked{.name = "f", .text = "\xEF\xBB\xBFx", .root = {}};
  check_text(marked, {});
  EXPECT_EQ(marked.text, "x");
  Document binary{.name = "f", .text = "a\n\x80", .root = {}};
  EXPECT_EQ(first_line(message_of([&] { check_text(binary, {}); })),
            "f:2:1: invalid UTF-8; is this a text file?");
}

} // namespace
} // namespace hdist
