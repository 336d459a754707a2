#include "data/value.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(Value, EachTypeHasItsName) {
  EXPECT_STREQ(Value().type_name(), "null");
  EXPECT_STREQ(Value(true).type_name(), "boolean");
  EXPECT_STREQ(Value(1).type_name(), "integer");
  EXPECT_STREQ(Value(Decimal{"1.5"}).type_name(), "decimal");
  EXPECT_STREQ(Value("x").type_name(), "string");
  EXPECT_STREQ(Value::list().type_name(), "list");
  EXPECT_STREQ(Value::map().type_name(), "map");
}

TEST(Value, SetAddsAMemberOrReplacesIt) {
  Value value;
  value.set("b", 1);
  value.set("a", "x");
  value.set("b", 2);
  ASSERT_NE(value.if_map(), nullptr);
  EXPECT_EQ(value.if_map()->size(), 2u);
  EXPECT_EQ(value.if_map()->front().first, "b");
  EXPECT_EQ(*value.find("b"), Value(2));
  EXPECT_EQ(value.find("c"), nullptr);
  value.erase("b");
  value.erase("absent");
  EXPECT_EQ(value.find("b"), nullptr);
}

TEST(Value, PushMakesAListOfNull) {
  Value value;
  value.push(1);
  value.push("two");
  EXPECT_EQ(value, Value(Value::List{1, "two"}));
}

TEST(Value, MembersAndItemsNeedTheRightType) {
  Value text("x");
  EXPECT_EQ(message_of([&] { text.set("a", 1); }),
            "member \"a\" was set on a string, not on a map");
  EXPECT_EQ(message_of([&] { text.push(1); }), "an item was added to a string, not to a list");
  EXPECT_EQ(text.find("a"), nullptr);
}

TEST(Value, TheOrderOfMembersDoesNotCountForEquality) {
  const Value a(Value::Map{{"x", 1}, {"y", Value::List{true, {}}}});
  const Value b(Value::Map{{"y", Value::List{true, {}}}, {"x", 1}});
  EXPECT_EQ(a, b);
  EXPECT_NE(a, Value(Value::Map{{"x", 1}, {"z", Value::List{true, {}}}}));
  EXPECT_NE(a, Value(Value::Map{{"y", 1}, {"x", 1}}));
  EXPECT_NE(a, Value(Value::Map{{"x", 1}}));
}

TEST(Value, EqualityKnowsTypesButNotPositions) {
  Value one(1);
  one.set_position({3, 4});
  EXPECT_EQ(one, Value(1));
  EXPECT_NE(Value(1), Value("1"));
  EXPECT_NE(Value(1), Value(true));
  EXPECT_NE(Value(), Value(false));
  EXPECT_NE(Value(Decimal{"1.0"}), Value(Decimal{"1.00"}));
}

TEST(Integer, FitsIntoSixtyFourBitsOrNot) {
  EXPECT_EQ(Integer{"9223372036854775807"}.as_int64(), INT64_MAX);
  EXPECT_EQ(Value(INT64_MIN).if_integer()->as_int64(), INT64_MIN);
  EXPECT_EQ(Integer{"9223372036854775808"}.as_int64(), std::nullopt);
  EXPECT_EQ(Integer{"-9223372036854775809"}.as_int64(), std::nullopt);
}

} // namespace
} // namespace hdist
