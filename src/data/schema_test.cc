#include "data/schema.h"

#include "base/error.h"
#include "data/json.h"

#include <gtest/gtest.h>

#include <string>

namespace hdist {
namespace {

/// The problems as "path: message", one a line.
std::string problems(const std::string& schema, const std::string& value,
                     const std::string& start = "#") {
  std::string text;
  for (const SchemaProblem& problem :
       schema_problems(parse_json(schema, "schema"), parse_json(value, "value"), start))
    text += (text.empty() ? "" : "\n") + problem.path + ": " + problem.message;
  return text;
}

TEST(Schema, ATypeIsOneOfThoseNamed) {
  EXPECT_EQ(problems(R"({"type": "string"})", "\"x\""), "");
  EXPECT_EQ(problems(R"({"type": ["string", "null"]})", "null"), "");
  EXPECT_EQ(problems(R"({"type": ["string", "null"]})", "[]"),
            ": expected a string or null, found a list");
  EXPECT_EQ(problems(R"({"type": "integer"})", "1.0"), ": expected an integer, found a number");
  EXPECT_EQ(problems(R"({"type": "object"})", "true"), ": expected a map, found a boolean");
}

TEST(Schema, FieldsAreNamedWhereTheyAre) {
  const std::string schema = R"({"type": "object", "properties": {"a": {"type": "string"},
    "list": {"items": {"properties": {"b": {"type": "integer"}}, "required": ["b"]}}},
    "patternProperties": {"^x_": {"type": "boolean"}}, "additionalProperties": false,
    "required": ["a"]})";
  EXPECT_EQ(problems(schema, R"({"a": "t", "list": [{"b": 1}], "x_1": true})"), "");
  EXPECT_EQ(problems(schema, R"({"lsit": []})"),
            ": unknown field \"lsit\"; is \"list\" meant?\n: the field \"a\" is missing");
  EXPECT_EQ(problems(schema, R"({"a": "t", "list": [{"b": 1}, {"b": "1"}, {}], "x_1": 1})"),
            "list[1].b: expected an integer, found a string\nlist[2]: the field \"b\" is missing\n"
            "x_1: expected a boolean, found an integer");
}

TEST(Schema, LimitsAndChoicesHold) {
  EXPECT_EQ(problems(R"({"enum": ["a", "b"]})", "\"c\""), ": expected \"a\" or \"b\", found \"c\"");
  EXPECT_EQ(problems(R"({"const": 1})", "2"), ": expected 1, found 2");
  EXPECT_EQ(problems(R"({"minimum": 1, "maximum": 3})", "2"), "");
  EXPECT_EQ(problems(R"({"minimum": 1})", "0"), ": expected an integer from 1, found 0");
  EXPECT_NE(problems(R"({"maximum": 3})", "99999999999999999999"), "");
  EXPECT_EQ(problems(R"({"minimum": 3})", "99999999999999999999"), "");
  EXPECT_EQ(problems(R"({"maxLength": 2})", "\"\u00e9\u00e9\""), "");
  EXPECT_NE(problems(R"({"maxLength": 2})", "\"abc\""), "");
  EXPECT_NE(problems(R"({"minItems": 1})", "[]"), "");
  EXPECT_NE(problems(R"({"maxItems": 1})", "[1, 2]"), "");
  EXPECT_EQ(problems(R"({"title": "a name", "pattern": "^[a-z]+$"})", "\"A\""),
            ": expected a name, found \"A\"");
  EXPECT_NE(problems(R"({"pattern": "^a*$"})", "\"" + std::string(100'000, 'a') + "\""), "");
}

TEST(Schema, OfAlternativesTheNearestSaysWhatIsWrong) {
  const std::string schema = R"({"title": "a text or a list of texts",
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})";
  EXPECT_EQ(problems(schema, R"(["a"])"), "");
  EXPECT_EQ(problems(schema, R"(["a", 1])"), "[1]: expected a string, found an integer");
  EXPECT_EQ(problems(schema, "1"), ": expected a text or a list of texts, found 1");
  EXPECT_EQ(problems(R"({"anyOf": [{"type": "null"}, {"$ref": "#/$defs/a"}], "$defs": {"a":
    {"type": "object", "properties": {"b": {}}, "additionalProperties": false}}})",
                     R"({"c": 1})"),
            ": unknown field \"c\"");
}

TEST(Schema, ConditionsPairsAndReferencesWork) {
  EXPECT_EQ(
      problems(
          R"({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}})",
          R"({"a": 1})"),
      ": the field \"b\" is missing");
  EXPECT_EQ(problems(R"({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}})",
                     R"(["a", 1, "b"])"),
            "[2]: expected an integer, found a string");
  const std::string schema =
      R"({"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}})";
  EXPECT_EQ(problems(schema, "[[], [[1]]]"), "[1][0][0]: expected a list, found an integer");
  EXPECT_EQ(problems(schema, "[]", "#/$defs/tree"), "");
}

TEST(Schema, ASchemaThatSaysMoreThanIsCheckedIsRefused) {
  EXPECT_THROW(problems(R"({"uniqueItems": true})", "[]"), Error);
  EXPECT_THROW(problems(R"({"$ref": "other.json"})", "[]"), Error);
  EXPECT_THROW(problems(R"({"$ref": "#/$defs/none"})", "[]"), Error);
  EXPECT_THROW(problems(R"({"$ref": "#"})", "[]"), Error); // without end
}

TEST(Schema, AProblemHasItsPlaceInTheText) {
  std::vector<SchemaProblem> found =
      schema_problems(parse_json(R"({"properties": {"a": {"type": "string"}}})", "schema"),
                      read_json("value", "{\n  \"a\": 1\n}").root);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].position.line, 2u);
  EXPECT_EQ(found[0].position.column, 8u);
}

} // namespace
} // namespace hdist
