#include "data/digest.h"
#include "data/json.h"
#include "data/vectors_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

using namespace std::string_literals;

TEST(CanonicalJson, IsTheOriginalsForEveryVector) {
  const Value golden = golden_json("hasher.json");
  const Value::List& vectors = *golden.find("documents")->if_list();
  ASSERT_EQ(vectors.size(), 20u);
  for (const Value& vector : vectors) {
    const std::string text = canonical_json(*vector.find("document"));
    EXPECT_EQ(text, text_of(vector, "canonical_json"));
    const Digest digest = sha256(text_of(vector, "doctype") + "|" + text);
    EXPECT_EQ(digest.base32_32(), text_of(vector, "digest"));
    EXPECT_EQ(digest.hex(), text_of(vector, "sha256_hex"));
  }
}

TEST(CanonicalJson, ADecimalAnywhereIsRefusedAsTheOriginalDoes) {
  const auto error_for = [](const std::string& text) {
    return message_of([&] { canonical_json(read_json("f", text).root); });
  };
  EXPECT_EQ(
      error_for("1.0"),
      "the number 1.0 (line 1, column 1) has a point or an exponent and cannot be hashed; write it "
      "as a string, in quotes");
  EXPECT_EQ(error_for("{\"a\": {\"b\": [1,\n 2e3]}}"),
            "a.b[1]: the number 2e3 (line 2, column 2) has a point or an exponent and cannot be "
            "hashed; write it as a "
            "string, in quotes");
  EXPECT_EQ(message_of([] { canonical_json(Value(Value::List{Decimal{"0.5"}})); }),
            "[0]: the number 0.5 has a point or an exponent and cannot be hashed; write it as a "
            "string, in quotes");
}

TEST(CanonicalJson, KeysAreSortedByCodePointAtEveryDepth) {
  const Value value(
      Value::Map{{"b", Value::Map{{"z", 1}, {"\xF0\x9F\x98\x80", 2}, {"\xEF\xBF\xAE", 3}, {"", 4}}},
                 {"aa", Value()},
                 {"a", true},
                 {"B", "x"}});
  EXPECT_EQ(canonical_json(value), "{\"B\":\"x\",\"a\":true,\"aa\":null,\"b\":{\"\":4,\"z\":1,"
                                   "\"\\uffee\":3,\"\\ud83d\\ude00\":2}}");
}

TEST(CanonicalJson, TwoMembersOfOneKeyAreRefused) {
  EXPECT_EQ(message_of([] {
              canonical_json(Value(Value::Map{{"m", Value::Map{{"a", 1}, {"a", 2}}}}));
            }),
            "m: duplicate key \"a\"");
}

TEST(JsonWriters, TextThatIsNotUtf8IsRefused) {
  const Value value(Value::Map{{"path", "caf\xE9"}});
  const std::string expected =
      "path: a string is not valid UTF-8 and cannot be written as JSON: \"caf\\xe9\"";
  EXPECT_EQ(message_of([&] { canonical_json(value); }), expected);
  EXPECT_EQ(message_of([&] { compact_json(value); }), expected);
  EXPECT_EQ(message_of([&] { pretty_json(value); }), expected);
}

TEST(PrettyJson, IndentsByTwoAndKeepsOrderUtf8AndDecimals) {
  const Value value(Value::Map{{"name", "caf\xC3\xA9\n\x1F"s},
                               {"a", Value::List{1, Decimal{"3.10"}, Value::list(), Value::map()}},
                               {"m", Value::Map{{"x", false}}}});
  EXPECT_EQ(pretty_json(value), "{\n"
                                "  \"name\": \"caf\xC3\xA9\\n\\u001f\",\n"
                                "  \"a\": [\n"
                                "    1,\n"
                                "    3.10,\n"
                                "    [],\n"
                                "    {}\n"
                                "  ],\n"
                                "  \"m\": {\n"
                                "    \"x\": false\n"
                                "  }\n"
                                "}\n");
  EXPECT_EQ(pretty_json(Value()), "null\n");
}

TEST(CompactJson, IsOneLineInTheOrderOfTheValue) {
  EXPECT_EQ(
      compact_json(Value(Value::Map{{"b", Value::List{1, "\xE2\x82\xAC"}}, {"a", Decimal{"1e3"}}})),
      "{\"b\":[1,\"\xE2\x82\xAC\"],\"a\":1e3}");
}

} // namespace
} // namespace hdist
