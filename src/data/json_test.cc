#include "data/json.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hdist {
namespace {

using namespace std::string_literals;

std::string error_of(const std::string& text, const ReadLimits& limits = {}) {
  return message_of([&] { read_json("f.json", text, limits); });
}

/// The text as it is read; "(refused)" for what is no JSON.
std::string reread(const std::string& text) {
  std::string result = "(refused)";
  message_of([&] { result = compact_json(read_json("f.json", text).root); });
  return result;
}

TEST(ReadJson, AcceptsWhatTheStandardAccepts) {
  // After the accept list of the well-known JSON parsing test suite (nst/JSONTestSuite, y_*).
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[[]   ]", "[[]]"},
      {"[\"\"]", "[\"\"]"},
      {"[]", "[]"},
      {"[\"a\"]", "[\"a\"]"},
      {"[false]", "[false]"},
      {"[null, 1, \"1\", {}]", "[null,1,\"1\",{}]"},
      {"[null]", "[null]"},
      {"[1\n]", "[1]"},
      {" [1]", "[1]"},
      {"[1,null,null,null,2]", "[1,null,null,null,2]"},
      {"[2] ", "[2]"},
      {"[123e65]", "[123e65]"},
      {"[0e+1]", "[0e+1]"},
      {"[0e1]", "[0e1]"},
      {"[ 4]", "[4]"},
      {"[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]",
       "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]"},
      {"[20e1]", "[20e1]"},
      {"[-0]", "[0]"},
      {"[-123]", "[-123]"},
      {"[-1]", "[-1]"},
      {"[1E22]", "[1E22]"},
      {"[1E-2]", "[1E-2]"},
      {"[1E+2]", "[1E+2]"},
      {"[123.456e78]", "[123.456e78]"},
      {"[123.456789]", "[123.456789]"},
      {"[123123123123123123123123123123]", "[123123123123123123123123123123]"},
      {"{\"asd\":\"sdf\", \"dfg\":\"fgh\"}", "{\"asd\":\"sdf\",\"dfg\":\"fgh\"}"},
      {"{}", "{}"},
      {"{\"\":0}", "{\"\":0}"},
      {"{\"x\":[{\"id\": \"xxx\"}], \"id\": \"yyy\"}", "{\"x\":[{\"id\":\"xxx\"}],\"id\":\"yyy\"}"},
      {"{\n\"a\": \"b\"\n}", "{\"a\":\"b\"}"},
      {R"(["\u0060\u012a\u12AB"])", "[\"`\xC4\xAA\xE1\x8A\xAB\"]"},
      {R"(["\uD801\udc37"])", "[\"\xF0\x90\x90\xB7\"]"},
      {R"(["\"\\\/\b\f\n\r\t"])", R"(["\"\\/\b\f\n\r\t"])"},
      {R"(["\\u0000"])", R"(["\\u0000"])"},
      {"[\"a/*b*/c/*d//e\"]", "[\"a/*b*/c/*d//e\"]"},
      {R"(["\\a"])", R"(["\\a"])"},
      {"[\"\x7F\"]", "[\"\\u007f\"]"},
      {"[\"\xEF\xBF\xBF\"]", "[\"\xEF\xBF\xBF\"]"}, // a noncharacter, but a character
      {R"(["\uDBFF\uDFFE"])", "[\"\xF4\x8F\xBF\xBE\"]"},
      {"[\"\xE2\x80\xA8\xE2\x80\xA9\"]", "[\"\xE2\x80\xA8\xE2\x80\xA9\"]"},
      {R"(["new\u00A0line"])", "[\"new\xC2\xA0line\"]"},
      {"\" \"", "\" \""},
      {"false", "false"},
      {"42", "42"},
      {"-0.1", "-0.1"},
      {"null", "null"},
      {"\"asd\"", "\"asd\""},
      {"true", "true"},
      {"\"\"", "\"\""},
      {"[\"a\"]\r\n\t ", "[\"a\"]"},
      {"\xEF\xBB\xBF{}", "{}"}, // with a byte order mark
  };
  for (const auto& [text, expected] : cases)
    EXPECT_EQ(reread(text), expected) << text;
}

TEST(ReadJson, RefusesWhatTheStandardRefuses) {
  // After its reject list (n_*), and of the undefined ones (i_*) what could be read in two ways.
  const std::vector<std::string> cases = {
      "[1 true]",
      "[a\xE5]",
      "[\"\": 1]",
      "[\"\"],",
      "[,1]",
      "[1,,2]",
      "[\"x\",,]",
      "[\"x\"]]",
      "[\"\",]",
      "[\"x\"",
      "[x",
      "[3[4]]",
      "[\xFF]",
      "[1:2]",
      "[,]",
      "[-]",
      "[   , \"\"]",
      "[\"a\",\n4\n,1,",
      "[1,]",
      "[1,,]",
      "[\"\va\"\\f]",
      "[*]",
      "[\"\"",
      "[1,",
      "[1,\n1\n,1",
      "[{}",
      "[fals]",
      "[nul]",
      "[tru]",
      "123\0"s,
      "[++1234]",
      "[+1]",
      "[+Inf]",
      "[-01]",
      "[-1.0.]",
      "[-2.]",
      "[-NaN]",
      "[.-1]",
      "[.2e-3]",
      "[0.1.2]",
      "[0.3e+]",
      "[0.3e]",
      "[0.e1]",
      "[0_0]",
      "[0E+]",
      "[0E]",
      "[0e+]",
      "[1.0e+]",
      "[1.0e-]",
      "[1.0e]",
      "[1 000.0]",
      "[1eE2]",
      "[2.e+3]",
      "[2.e-3]",
      "[2.e3]",
      "[9.e+]",
      "[Inf]",
      "[NaN]",
      "[\xEF\xBC\x91]",
      "[1+2]",
      "[0x1]",
      "[0x42]",
      "[Infinity]",
      "[-Infinity]",
      "[0e+-1]",
      "[-123.123foo]",
      "[123\xE5]",
      "[1e1\xE5]",
      "[0\xE5]",
      "[-foo]",
      "[- 1]",
      "[-012]",
      "[-.123]",
      "[-1x]",
      "[1ea]",
      "[1e\xE5]",
      "[1.]",
      "[.123]",
      "[1.2a-3]",
      "[1.8011670033376514H-308]",
      "[012]",
      "[\"x\", truth]",
      "{[: \"x\"}\n",
      "{\"x\", null}",
      "{\"x\"::\"b\"}",
      "{\xF0\x9F\x87\xA8}",
      "{\"a\":\"a\" 123}",
      "{key: 'value'}",
      "{\"\xB9\":\"0\",}",
      "{\"a\" b}",
      "{:\"b\"}",
      "{\"a\" \"b\"}",
      "{\"a\":",
      "{\"a\"",
      "{1:1}",
      "{9999E9999:1}",
      "{null:null,null:null}",
      "{\"id\":0,,,,,}",
      "{'a':0}",
      "{\"id\":0,}",
      "{\"a\":\"b\"}/**/",
      "{\"a\":\"b\"}/**//",
      "{\"a\":\"b\"}//",
      "{\"a\":\"b\"}/",
      "{\"a\":\"b\",,\"c\":\"d\"}",
      "{a: \"b\"}",
      "{\"a\":\"a",
      "{ \"foo\" : \"bar\", \"a\" }",
      "{\"a\":\"b\"}#",
      " ",
      "[\"\\uD800\\\"]",
      "[\"\\uD800\\u\"]",
      "[\"\\uD800\\u1\"]",
      "[\"\\uD800\\u1x\"]",
      "[\xC3\xA9]",
      "[\"\\x00\"]",
      "[\"\\\\\\\"]",
      "[\"\\\t\"]",
      "[\"\\\xF0\x9F\x8C\x80\"]",
      "[\"\\\"]",
      "[\"\\u00A\"]",
      "[\"\\uD834\\uDd\"]",
      "[\"\\uD800\\uD800\\x\"]",
      "[\"\\u\xE5\"]",
      "[\"\\a\"]",
      "[\"\\uqqqq\"]",
      "[\"\\\xE5\"]",
      "[\\u0020\"asd\"]",
      "[\\n]",
      "\"",
      "['single quote']",
      "abc",
      "[\"\\",
      "[\"a\0a\"]"s,
      "[\"new\nline\"]",
      "[\"\t\"]",
      "\"\\UA66D\"",
      "\"\"x",
      "<.>",
      "[<null>]",
      "[1]x",
      "[1]]",
      "[\"asd]",
      "a\xC3\xA5",
      "[True]",
      "1]",
      "{\"x\": true,",
      "[][]",
      "]",
      "\xEF\xBB{}",
      "\xE5",
      "[",
      "",
      "[\0]"s,
      "2@",
      "{}}",
      "{\"\":",
      "{\"a\":/*comment*/\"b\"}",
      "{\"a\": true} \"x\"",
      "[,",
      "[{",
      "[\"a",
      "{",
      "{]",
      "{,",
      "{[",
      "{\"a",
      "{'a'",
      "[\"\\{[\"\\{[\"\\{[\"\\{",
      "\xC3\xA9",
      "*",
      "{\"a\":\"b\"}#{}",
      "[\\u000A\"\"]",
      "[1",
      "[ false, nul",
      "[ true, fals",
      "[ false, tru",
      "{\"asd\":\"asd\"",
      "\xC3\xA5",
      "\xE2\x81\xA0",
      "[\f]",
      "\v",
      "[\"\\uDADA\"]",
      "[\"\\uD888\\u1234\"]",
      "[\"\\uD800\\n\"]",
      "[\"\\uDd1ea\"]",
      "[\"\\uD800\\uD800\\n\"]",
      "[\"\\ud800\"]",
      "[\"\\ud800abc\"]",
      "[\"\xE6\x97\xA5\xD1\x88\xFA\"]",
      "[\"\\uDd1e\\uD834\"]",
      "[\"\\uDFAA\"]",
      "[\"\xFF\"]",
      "[\"\xE0\xFF\"]",
      "[\"\xED\xA0\x80\"]",
      "[\"\xF4\xBF\xBF\xBF\"]",
      "[\"\xC0\xAF\"]",
      "[\"\xFC\x83\xBF\xBF\xBF\xBF\"]",
      "[\"\x81\"]",
      "\xFF\xFE[\0\"\0\xE9\0\"\0]\0"s,
      "\0[\0\"\0\xE9\0\"\0]"s,
      "{\"a\":\"b\",\"a\":\"c\"}",
      "{\"a\":\"b\",\"\\u0061\":\"b\"}",
  };
  for (const std::string& text : cases)
    EXPECT_EQ(reread(text), "(refused)") << testing::PrintToString(text);
}

TEST(ReadJson, GivesEveryValueAndKeyItsPosition) {
  const Document document =
      read_json("f.json", "{\n  \"\xC3\xA9\": [1,\n    true], \"b\":\n\t{ }\n}");
  EXPECT_EQ(document.root.position(), (Position{1, 1}));
  const Value* list = document.root.find("\xC3\xA9");
  EXPECT_EQ(list->key_position(), (Position{2, 3}));
  EXPECT_EQ(list->position(), (Position{2, 8}));
  EXPECT_EQ(list->if_list()->at(0).position(), (Position{2, 9}));
  EXPECT_EQ(list->if_list()->at(1).position(), (Position{3, 5}));
  EXPECT_EQ(list->if_list()->at(1).key_position(), Position{});
  EXPECT_EQ(document.root.find("b")->key_position(), (Position{3, 12}));
  EXPECT_EQ(document.root.find("b")->position(), (Position{4, 2}));
}

TEST(ReadJson, KeepsTheOrderOfMembers) {
  EXPECT_EQ(reread("{\"b\":1,\"a\":{\"d\":2,\"c\":3}}"), "{\"b\":1,\"a\":{\"d\":2,\"c\":3}}");
}

TEST(ReadJson, IntegersOfAnySizeStayAsTheyAre) {
  const std::string big = "-" + std::string(5000, '9');
  EXPECT_EQ(read_json("f", big).root, Value(Integer{big}));
  EXPECT_EQ(read_json("f", "-0").root, Value(0));
  EXPECT_EQ(read_json("f", "-0.0").root, Value(Decimal{"-0.0"}));
  EXPECT_EQ(read_json("f", "1E400").root, Value(Decimal{"1E400"}));
}

TEST(ReadJson, AnErrorShowsTheLineWithACaret) {
  EXPECT_EQ(error_of("{\n  \"a\": [1 2]\n}"), "f.json:2:11: expected ',' or ']', found '2'\n"
                                              "    2 |   \"a\": [1 2]\n"
                                              "      |           ^");
}

TEST(ReadJson, MessagesSayWhatWasExpected) {
  EXPECT_EQ(first_line(error_of("")), "f.json:1:1: expected a value, found the end of the text");
  EXPECT_EQ(first_line(error_of("{\"a\": 'b'}")),
            "f.json:1:7: expected a value, found '''; strings are in double quotes");
  EXPECT_EQ(first_line(error_of("[ // x\n]")),
            "f.json:1:3: expected a value, found '/'; there are no comments in JSON");
  EXPECT_EQ(first_line(error_of("[1,\n 2,\n]")), "f.json:2:3: a comma before ']'");
  EXPECT_EQ(first_line(error_of("{\"a\": {\"b\": 1\n")),
            "f.json:2:1: expected ',' or '}', found the end of the text; what is open was opened "
            "in line 1, column 7");
  EXPECT_EQ(first_line(error_of("{a: 1}")),
            "f.json:1:2: expected a key in double quotes, found 'a'");
  EXPECT_EQ(first_line(error_of("{\"a\" 1}")), "f.json:1:6: expected ':' after the key, found '1'");
  EXPECT_EQ(first_line(error_of("[1] [2]")),
            "f.json:1:5: expected the end of the document, found '['");
  EXPECT_EQ(first_line(error_of("[01]")), "f.json:1:2: a number must not start with 0");
  EXPECT_EQ(first_line(error_of("[\"ab\n\"]")), "f.json:1:2: the string is not closed on its line");
  EXPECT_EQ(first_line(error_of("[\"a\\qb\"]")), "f.json:1:4: unknown escape \\q");
  EXPECT_EQ(first_line(error_of("[\"\\u12x4\"]")),
            "f.json:1:3: expected four hexadecimal digits after \\u");
  EXPECT_EQ(first_line(error_of("[\"\\ud800\"]")), "f.json:1:3: half of a surrogate pair");
  EXPECT_EQ(first_line(error_of("[\"a\tb\"]")),
            "f.json:1:4: a control character in a string must be written as \\u0009");
  EXPECT_EQ(first_line(error_of("[NaN]")), "f.json:1:2: expected a value, found 'NaN'");
  EXPECT_EQ(first_line(error_of("[1\0]"s)), "f.json:1:3: a NUL character; is this a text file?");
  EXPECT_EQ(first_line(error_of("\xFF\xFE[\0]\0"s)),
            "f.json:1:1: the text is UTF-16; only UTF-8 is read");
}

TEST(ReadJson, ADuplicateKeyIsShownWhereItRepeats) {
  EXPECT_EQ(first_line(error_of("{\"a\": 1,\n \"b\": {},\n \"a\": 2}")),
            "f.json:3:2: duplicate key \"a\"; it stands in line 1 already");
}

TEST(ReadJson, ADuplicateAmongManyKeysIsFoundToo) {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i)
    text += "\"k" + std::to_string(i) + "\":0,\n";
  EXPECT_EQ(error_of(text + "\"end\":0}"), "(no error)");
  EXPECT_EQ(first_line(error_of(text + "\"k7\":0,\"k3\":0}")),
            "f.json:1001:1: duplicate key \"k7\"; it stands in line 8 already");
}

TEST(ReadJson, ANulIsRefusedUnlessAskedFor) {
  const std::string text = "[\"a\\u0000b\"]";
  EXPECT_EQ(first_line(error_of(text)), "f.json:1:4: a NUL character in a string");
  EXPECT_EQ(read_json("f", text, {.allow_nul = true}).root,
            Value(Value::List{std::string("a\0b", 3)}));
}

TEST(ReadJson, DepthIsLimited) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(error_of(nested(200)), "(no error)");
  EXPECT_EQ(first_line(error_of(nested(201))),
            "f.json:1:201: lists and maps are nested deeper than 200");
  EXPECT_EQ(first_line(error_of(std::string(1'000'000, '['))),
            "f.json:1:201: lists and maps are nested deeper than 200");
  // No caller can ask for more than what recursion over a value can bear.
  EXPECT_EQ(first_line(error_of(nested(100'000), {.depth = 1'000'000})),
            "f.json:1:1001: lists and maps are nested deeper than 1000");
}

TEST(ReadJson, SizeAndNumberOfValuesAreLimited) {
  EXPECT_EQ(error_of("[1,2,3]", {.bytes = 6}),
            "f.json: the document is too large: 7 B, at most 6 B are read");
  EXPECT_EQ(error_of("[1,2]", {.nodes = 3}), "(no error)");
  EXPECT_EQ(first_line(error_of("[1,\n2,3]", {.nodes = 3})),
            "f.json:2:3: the document has more than 3 values");
}

TEST(ReadJson, AHugeFileIsRefusedBeforeItIsRead) {
  EXPECT_EQ(error_of(std::string(100u << 20, '[')),
            "f.json: the document is too large: 100.0 MiB, at most 64.0 MiB are read");
}

TEST(ParseJson, ReadsLikeReadJson) {
  EXPECT_EQ(parse_json("{\"a\":[1]}", "record"), Value(Value::Map{{"a", Value::List{1}}}));
  EXPECT_EQ(first_line(message_of([] { parse_json("{", "record"); })),
            "record:1:2: expected a key in double quotes, found the end of the text; what is open "
            "was opened in line 1, column 1");
}

} // namespace
} // namespace hdist
