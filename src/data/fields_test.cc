#include "data/fields.h"

#include "data/yaml.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

Document document(const std::string& yaml) {
  return read_yaml("stack.yaml", yaml);
}

TEST(Fields, ReadsEachTypeAndFinishes) {
  const Document read = document(
      "name: lua\njobs: 4\nshared: true\nrun: [a, b]\nextra: {x: 1}\nnohash_note: x\nold: 1\n");
  Fields fields(read, read.root, "");
  EXPECT_EQ(fields.text("name"), "lua");
  EXPECT_EQ(fields.integer_or("jobs", 1), 4);
  EXPECT_TRUE(fields.flag_or("shared", false));
  EXPECT_EQ(fields.texts("run"), (std::vector<std::string>{"a", "b"}));
  ASSERT_NE(fields.map("extra"), nullptr);
  EXPECT_EQ(fields.map("extra")->front().first, "x");
  fields.ignore({"old"});
  fields.ignore_prefix("nohash_");
  EXPECT_EQ(message_of([&] { fields.finish(); }), "(no error)");
}

TEST(Fields, AbsentAndNullFieldsGiveTheFallback) {
  for (const char* yaml : {"x: 1\n", "x: 1\na:\n"}) {
    const Document read = document(yaml);
    Fields fields(read, read.root, "");
    EXPECT_EQ(fields.text_if("a"), std::nullopt);
    EXPECT_EQ(fields.text_or("a", "b"), "b");
    EXPECT_TRUE(fields.flag_or("a", true));
    EXPECT_EQ(fields.integer_or("a", -1), -1);
    EXPECT_TRUE(fields.texts("a").empty());
    EXPECT_EQ(fields.list("a"), nullptr);
    EXPECT_EQ(fields.map("a"), nullptr);
  }
  const Document read = document("a:\n");
  EXPECT_TRUE(Fields(read, read.root, "").need("a").is_null());
}

TEST(Fields, AWrongTypeIsNamedWithPathAndLine) {
  const Document read = document("packages:\n  numpy:\n    jobs: four\n    run: [a, [b]]\n    "
                                 "flag: 1\n    m: []\n    l: x\n    t: {}\n");
  Fields fields(read, *read.root.find("packages")->find("numpy"), "packages.numpy");
  EXPECT_EQ(message_of([&] { fields.integer_or("jobs", 1); }),
            "stack.yaml:3:11: packages.numpy.jobs: expected an integer, found a string\n"
            "    3 |     jobs: four\n"
            "      |           ^");
  const auto error_of = [](const auto& action) { return first_line(message_of(action)); };
  EXPECT_EQ(error_of([&] { fields.texts("run"); }),
            "stack.yaml:4:14: packages.numpy.run[1]: expected a string, found a list");
  EXPECT_EQ(error_of([&] { fields.flag_or("flag", true); }),
            "stack.yaml:5:11: packages.numpy.flag: expected true or false, found an integer");
  EXPECT_EQ(error_of([&] { fields.map("m"); }),
            "stack.yaml:6:8: packages.numpy.m: expected a map, found a list");
  EXPECT_EQ(error_of([&] { fields.list("l"); }),
            "stack.yaml:7:8: packages.numpy.l: expected a list, found a string");
  EXPECT_EQ(error_of([&] { fields.text("t"); }),
            "stack.yaml:8:8: packages.numpy.t: expected a string, found a map");
  EXPECT_EQ(error_of([&] { fields.texts("l"); }),
            "stack.yaml:7:8: packages.numpy.l: expected a list of strings, found a string");
}

TEST(Fields, AnUnquotedNumberWhereTextIsExpectedIsExplained) {
  const Document read = document("version: 3.10\nflag: true\nnull_: ~\n");
  Fields fields(read, read.root, "");
  const auto error_of = [&](const char* name) {
    return first_line(message_of([&] { fields.text(name); }));
  };
  EXPECT_EQ(
      error_of("version"),
      "stack.yaml:1:10: version: expected a string, found a decimal; write \"3.10\", with the "
      "quotes, for this text");
  EXPECT_EQ(
      error_of("flag"),
      "stack.yaml:2:7: flag: expected a string, found a boolean; write \"true\", with the quotes, "
      "for this text");
  EXPECT_EQ(error_of("null_"), "stack.yaml:3:8: null_: expected a string, found null");
}

TEST(Fields, AnIntegerBeyondSixtyFourBitsIsRefused) {
  const Document read = document("jobs: 9223372036854775808\n");
  Fields fields(read, read.root, "");
  EXPECT_EQ(first_line(message_of([&] { fields.integer_or("jobs", 1); })),
            "stack.yaml:1:7: jobs: the integer does not fit into 64 bits");
}

TEST(Fields, AnUnknownFieldIsShownAtItsKeyWithTheNearestName) {
  const Document read = document("packages:\n  numpy:\n    versoin:\n      x: 1\n");
  Fields fields(read, *read.root.find("packages")->find("numpy"), "packages.numpy");
  fields.find("version");
  fields.find("jobs");
  EXPECT_EQ(message_of([&] { fields.finish(); }),
            "stack.yaml:3:5: packages.numpy: unknown field \"versoin\"; did you mean \"version\"?\n"
            "    3 |     versoin:\n"
            "      |     ^");
}

TEST(Fields, WithoutANearNameTheKnownOnesAreListed) {
  const Document read = document("zzzzzz: 1\n");
  Fields fields(read, read.root, "");
  fields.find("name");
  fields.find("jobs");
  EXPECT_EQ(first_line(message_of([&] { fields.finish(); })),
            "stack.yaml:1:1: unknown field \"zzzzzz\"; known here: name, jobs");
}

TEST(Fields, AMissingFieldIsReportedAtTheMap) {
  const Document read = document("packages:\n  numpy:\n    jobs: 4\nlist:\n- a: 1\n");
  Fields member(read, *read.root.find("packages")->find("numpy"), "packages.numpy");
  EXPECT_EQ(message_of([&] { member.text("version"); }),
            "stack.yaml:2:3: packages.numpy: the field \"version\" is missing\n"
            "    2 |   numpy:\n"
            "      |   ^");
  Fields item(read, read.root.find("list")->if_list()->at(0), "list[0]");
  EXPECT_EQ(first_line(message_of([&] { item.need("b"); })),
            "stack.yaml:5:3: list[0]: the field \"b\" is missing");
}

TEST(Fields, AMissingFieldThatIsMisspeltIsPointedAt) {
  const Document read = document("name: a\nhomepaeg: b\n");
  Fields fields(read, read.root, "");
  (void)fields.need("name");
  EXPECT_EQ(
      first_line(message_of([&] { fields.need("homepage"); })),
      "stack.yaml:2:1: the field \"homepage\" is missing; is \"homepaeg\" a misspelling of it?");
}

TEST(Fields, OnlyAMapHasFields) {
  const Document list = document("- a\n");
  EXPECT_EQ(first_line(message_of([&] { Fields(list, list.root, ""); })),
            "stack.yaml:1:1: expected a map, found a list");
  const Document empty = document("# nothing\n");
  EXPECT_EQ(message_of([&] { Fields(empty, empty.root, ""); }),
            "stack.yaml: expected a map, but the document is empty");
  const Document null = document("a: ~\n");
  EXPECT_EQ(first_line(message_of([&] { Fields(null, *null.root.find("a"), "a"); })),
            "stack.yaml:1:4: a: expected a map, found null");
}

TEST(Fields, ErrorPointsToTheFieldOrElseToTheMap) {
  const Document read = document("m:\n  a: 1\n");
  const Fields fields(read, *read.root.find("m"), "m");
  EXPECT_EQ(first_line(fields.error("a", "is odd").what()), "stack.yaml:2:6: m.a: is odd");
  EXPECT_EQ(first_line(fields.error("b", "is not there").what()),
            "stack.yaml:2:3: m.b: is not there");
  EXPECT_EQ(fields.error("a", "x").code(), "document.invalid");
  EXPECT_EQ(fields.error("a", "x").kind(), ErrorKind::usage);
  EXPECT_EQ(fields.path_of("a"), "m.a");
}

} // namespace
} // namespace hdist
