#include "data/yaml.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <vector>

namespace hdist {
namespace {

using namespace std::string_literals;

std::string json_of(const std::string& yaml) {
  return compact_json(read_yaml("f.yaml", yaml).root);
}

std::string error_of(const std::string& yaml, const ReadLimits& limits = {}) {
  return first_line(message_of([&] { read_yaml("f.yaml", yaml, limits); }));
}

TEST(ReadYaml, PlainScalarsAreWhatAPersonReads) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"~", "null"},
      {"null", "null"},
      {"true", "true"},
      {"false", "false"},
      {"0", "0"},
      {"12", "12"},
      {"-12", "-12"},
      {"-0", "0"},
      {"3.10", "3.10"},
      {"1e3", "1e3"},
      {"-0.5E+7", "-0.5E+7"},
      {"12345678901234567890123", "12345678901234567890123"},
      {"007", "\"007\""},
      {"+1", "\"+1\""},
      {"0x1f", "\"0x1f\""},
      {"0o17", "\"0o17\""},
      {"1_000", "\"1_000\""},
      {".5", "\".5\""},
      {"5.", "\"5.\""},
      {"1:30", "\"1:30\""},
      {".inf", "\".inf\""},
      {".nan", "\".nan\""},
      {"yes", "\"yes\""},
      {"no", "\"no\""},
      {"on", "\"on\""},
      {"True", "\"True\""},
      {"NULL", "\"NULL\""},
      {"Null", "\"Null\""},
      {"1.2.3", "\"1.2.3\""},
      {"1e", "\"1e\""},
      {"-", "[null]"},
      {"-1-", "\"-1-\""},
      {"2026-11-23", "\"2026-11-23\""},
      {"a b", "\"a b\""},
      {"a#b", "\"a#b\""},
      {"1 # one", "1"},
      {"'3'", "\"3\""},
      {"\"true\"", "\"true\""},
      {"''", "\"\""},
      {"'it''s'", "\"it's\""},
  };
  for (const auto& [yaml, json] : cases)
    EXPECT_EQ(json_of(yaml), json) << yaml;
}

TEST(ReadYaml, ReadsARecipe) {
  EXPECT_EQ(
      json_of("# a recipe\n"
              "name: lua\n"
              "version: \"5.4.6\"\n"
              "build: [readline, {name: ncurses, when: a == b}]\n"
              "sources:\n"
              "- url: https://www.lua.org/ftp/lua-5.4.6.tar.gz # the archive\n"
              "  key: tar.gz:abc\n"
              "-\n"
              "  key: x\n"
              "script: |\n"
              "  make linux\n"
              "  \tmake install\n"
              "folded: >-\n"
              "  one\n"
              "  line\n"
              "long: two\n"
              "  words\n"
              "\"quoted key\": \"\\u20ac \\x41\\n\"\n"
              "empty:\n"),
      R"({"name":"lua","version":"5.4.6","build":["readline",{"name":"ncurses","when":"a == b"}],)"
      R"("sources":[{"url":"https://www.lua.org/ftp/lua-5.4.6.tar.gz","key":"tar.gz:abc"},{"key":"x"}],)"
      "\"script\":\"make linux\\n\\tmake install\\n\",\"folded\":\"one line\",\"long\":\"two "
      "words\","
      "\"quoted key\":\"\xE2\x82\xAC A\\n\",\"empty\":null}");
}

TEST(ReadYaml, AScalarKeyIsTakenAsItsText) {
  EXPECT_EQ(json_of("3.10: a\nnull: b\n~: c\n1: d\ntrue: e\n\"\": f\n"),
            R"({"3.10":"a","null":"b","~":"c","1":"d","true":"e","":"f"})");
}

TEST(ReadYaml, AnEmptyDocumentIsNull) {
  for (const char* text :
       {"", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "\xEF\xBB\xBF", "   "})
    EXPECT_EQ(json_of(text), "null") << text;
}

TEST(ReadYaml, LineEndsOfWindowsAndAByteOrderMarkMakeNoDifference) {
  EXPECT_EQ(json_of("\xEF\xBB\xBF"
                    "a: 1\r\nb: |\r\n  x\r\n  y\r\nc:\r\n- d\r\n"),
            R"({"a":1,"b":"x\ny\n","c":["d"]})");
  EXPECT_EQ(error_of("\xEF\xBB\xBF"
                     "a: 1\r\na: 2\r\n"),
            "f.yaml:2:1: duplicate key \"a\"; it stands in line 1 already");
}

TEST(ReadYaml, GivesEveryValueAndKeyItsPosition) {
  const Document document = read_yaml(
      "f.yaml", "\xC3\xA9:   'x'\nm:\n  k: [1, \"\xE2\x82\xAC\", {q: 2}]\n- x: 1\n"s.substr(0, 37));
  EXPECT_EQ(document.root.position(), (Position{1, 1}));
  EXPECT_EQ(document.root.find("\xC3\xA9")->position(), (Position{1, 6}));
  const Value* map = document.root.find("m");
  EXPECT_EQ(map->key_position(), (Position{2, 1}));
  EXPECT_EQ(map->position(), (Position{3, 3}));
  const Value* list = map->find("k");
  EXPECT_EQ(list->key_position(), (Position{3, 3}));
  EXPECT_EQ(list->position(), (Position{3, 6}));
  EXPECT_EQ(list->if_list()->at(1).position(), (Position{3, 10}));
  EXPECT_EQ(list->if_list()->at(2).position(), (Position{3, 15}));
  EXPECT_EQ(list->if_list()->at(2).find("q")->position(), (Position{3, 19}));
}

TEST(ReadYaml, AnErrorShowsTheLineWithACaret) {
  EXPECT_EQ(message_of([] { read_yaml("stack.yaml", "packages:\n  lua: {jobs: 1\n  zlib:\n"); }),
            "stack.yaml:3:7: a ',' is missing in this map\n"
            "    3 |   zlib:\n"
            "      |       ^");
}

TEST(ReadYaml, WhatANativeFileMustNotHoldIsRefused) {
  EXPECT_EQ(error_of("a: &x 1\n"), "f.yaml:1:4: anchors are not accepted");
  EXPECT_EQ(error_of("a: &x [1]\n"), "f.yaml:1:4: anchors are not accepted");
  EXPECT_EQ(error_of("&x a: 1\n"), "f.yaml:1:1: anchors are not accepted");
  EXPECT_EQ(error_of("a: 1\nb: *a\n"),
            "f.yaml:2:4: aliases are not accepted; write the value again");
  EXPECT_EQ(error_of("a: !!str 1\n"), "f.yaml:1:4: tags are not accepted");
  EXPECT_EQ(error_of("a: !x {b: 1}\n"), "f.yaml:1:4: tags are not accepted");
  EXPECT_EQ(error_of("--- !<tag:x>\n- 1\n"), "f.yaml:1:5: tags are not accepted");
  EXPECT_EQ(error_of("<<: {a: 1}\n"), "f.yaml:1:1: merges (<<) are not accepted");
  EXPECT_EQ(error_of("? [a]\n: 1\n"), "f.yaml:1:3: a key must be a string, not a list or map");
  EXPECT_EQ(error_of("{a: 1}: 1\n"), "f.yaml:1:1: a key must be a string, not a list or map");
  EXPECT_EQ(error_of("a: 1\n---\nb: 1\n"),
            "f.yaml:2:1: a second document; one file holds one document");
  EXPECT_EQ(error_of("%YAML 1.1\n---\na: yes\n"),
            "f.yaml:1:1: a line that starts with '%' (a directive) is not accepted");
  EXPECT_EQ(error_of(": 1\n"), "f.yaml:1:1: a key is missing before ':'");
}

TEST(ReadYaml, DuplicateKeysAreRefusedAtEveryDepth) {
  EXPECT_EQ(error_of("a: 1\nb:\n- c: 1\n  'c': 2\n"),
            "f.yaml:4:3: duplicate key \"c\"; it stands in line 3 already");
  EXPECT_EQ(error_of("{a: 1, a: 2}"),
            "f.yaml:1:8: duplicate key \"a\"; it stands in line 1 already");
}

TEST(ReadYaml, TabsAsIndentationAreRefused) {
  EXPECT_EQ(error_of("a:\n\tb: 1\n"), "f.yaml:2:1: a tab as indentation; use spaces");
  EXPECT_EQ(error_of("a:\n  b:\n  \tc: 1\n").substr(0, 8), "f.yaml:3");
  EXPECT_EQ(error_of("a: [\n\tb]\n"), "f.yaml:2:1: a tab as indentation; use spaces");
  EXPECT_EQ(json_of("a:\tb\n"), R"({"a":"b"})");
}

TEST(ReadYaml, SyntaxErrorsAreInOurWordsAndAddAHint) {
  EXPECT_EQ(error_of("a: b: c\n"), "f.yaml:1:5: invalid nested map on the same line; a "
                                   "text with \": \" in it must be in quotes");
  EXPECT_EQ(error_of("a: 1\n  b: 2\n"),
            "f.yaml:1:4: invalid multiline unquoted key; is the next line indented too far?");
  EXPECT_EQ(error_of("a: @x\n"), "f.yaml:1:4: unquoted text cannot start with '@'");
  EXPECT_EQ(error_of("a: \"x\n"), "f.yaml:1:5: double-quoted text without closing quote");
  EXPECT_EQ(error_of("a: [1,\n  2\n"), "f.yaml:3:1: list in brackets without a closing bracket; "
                                       "the innermost list or map starts in line 1, column 4");
}

TEST(ReadYaml, SlipsOfTheParserAreNotPassedOn) {
  const std::string in_map = error_of("a:\n- b:\n  - c\n - d\n");
  EXPECT_EQ(in_map, "f.yaml:4:2: this item is indented otherwise than the list that it belongs to");
}

TEST(ReadYaml, BytesThatAreNoTextAreRefused) {
  EXPECT_EQ(error_of("a: x\0y\n"s), "f.yaml:1:5: a NUL character; is this a text file?");
  EXPECT_EQ(error_of("a: \"x\\0y\"\n"), "f.yaml:1:6: a NUL character in a string");
  EXPECT_EQ(error_of("a: caf\xE9\n"), "f.yaml:1:7: invalid UTF-8; is this a text file?");
  EXPECT_EQ(error_of("a: \x1B[31m\n"), "f.yaml:1:4: a control character, \\x1b");
  EXPECT_EQ(error_of("a: 1\rb: 2\n"), "f.yaml:1:5: a carriage return without a line feed");
  EXPECT_EQ(error_of("\xFF\xFE"
                     "a\0:\0"s),
            "f.yaml:1:1: the text is UTF-16; only UTF-8 is read");
  EXPECT_EQ(error_of("\x7F"
                     "ELF\2\1\1\0\0\0"s),
            "f.yaml:1:8: a NUL character; is this a text file?");
}

TEST(ReadYaml, LimitsHold) {
  EXPECT_EQ(error_of("[1, 2]", {.nodes = 3}), "(no error)");
  EXPECT_EQ(error_of("[1, 2,\n3]", {.nodes = 3}),
            "f.yaml:2:1: the document has more than 3 values");
  EXPECT_EQ(error_of("a: [[1]]", {.depth = 2}),
            "f.yaml:1:5: lists and maps are nested deeper than 2");
  EXPECT_EQ(error_of("a: " + std::string((1u << 20) - 3, 'x') + "\nb: 1\n"), "(no error)");
  EXPECT_EQ(error_of("b: 1\na: " + std::string((1u << 20) - 2, 'x') + "\n"),
            "f.yaml:2:1048577: a line of more than 1 MiB");
  EXPECT_EQ(error_of("a: 1", {.bytes = 3}),
            "f.yaml: the document is too large: 4 B, at most 3 B are read");
}

TEST(ReadYaml, HostileDocumentsEndWithTheRightError) {
  const auto refusal = [](const std::string& yaml) {
    return first_line(message_of([&] { read_yaml("f.yaml", yaml); }));
  };
  const std::string too_deep = "lists and maps are nested deeper than 100";
  EXPECT_EQ(refusal(std::string(100u << 20, 'a')),
            "f.yaml: the document is too large: 100.0 MiB, at most 16.0 MiB are read");
  EXPECT_EQ(refusal(std::string(10'000, '[')), "f.yaml:1:101: " + too_deep);
  EXPECT_EQ(refusal(std::string(10'000, '{')),
            "f.yaml:1:2: a key must be a string, not a list or map");
  std::string deep;
  for (int i = 0; i < 10'000; ++i)
    deep += "- ";
  EXPECT_EQ(refusal(deep + "x"), "f.yaml:1:201: " + too_deep);
  deep.clear();
  for (std::size_t i = 0; i < 1'000; ++i)
    deep += std::string(i, ' ') + "a:\n";
  EXPECT_EQ(refusal(deep), "f.yaml:101:101: " + too_deep);
  EXPECT_EQ(refusal(std::string(1'000'000, '%')),
            "f.yaml:1:1: a line that starts with '%' (a directive) is not accepted");
  EXPECT_EQ(refusal("a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\n"),
            "f.yaml:1:4: anchors are not accepted");
}

TEST(ReadYaml, ManyKeysCostNoMoreThanTheirNumber) {
  std::string yaml; // libfyaml's own documents would take minutes for these
  for (int i = 0; i < 100'000; ++i)
    yaml += "key" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(read_yaml("f.yaml", yaml).root.if_map()->size(), 100'000u);
  EXPECT_EQ(error_of(yaml + "key5: 2\n"),
            "f.yaml:100001:1: duplicate key \"key5\"; it stands in line 6 already");
}

TEST(ReadYaml, NothingIsPrintedWhateverTheErrorIs) {
  testing::internal::CaptureStderr(); // of the file descriptor, so that C code is seen too
  testing::internal::CaptureStdout();
  for (const std::string& yaml :
       {"a: [1"s, "a: \"\\q\""s, "a: b: c"s, "a:\n\tb"s, "\"a"s, "{a"s, "- a\nb"s, "a: @"s,
        "a: |9x\n"s, "*"s, "&"s, "!<"s, "a: \"\\ud800\""s, "[1,,2]"s, "}"s, "--- a\n... b"s,
        "? a\n  : b: c"s, "'"s, "a: |\n\tb"s})
    EXPECT_NE(error_of(yaml), "(no error)") << yaml;
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

} // namespace
} // namespace hdist
