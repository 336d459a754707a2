#include "data/yaml_scalar.h"

#include "data/yaml.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

std::string text_of(const std::string& yaml) {
  const Document document = read_yaml("f.yaml", yaml);
  const Value* value = document.root.find("a");
  return value != nullptr && value->if_string() != nullptr ? *value->if_string() : "(no string)";
}

std::string error_of(const std::string& yaml) {
  return first_line(message_of([&] { read_yaml("f.yaml", yaml); }));
}

TEST(QuotedScalar, LineEndsBecomeSpacesAndEmptyLinesBecomeLineEnds) {
  EXPECT_EQ(text_of("a: 'one  \n  two\n\n  three\n\n\n  four'\n"), "one two\nthree\n\nfour");
  EXPECT_EQ(text_of("a: \"one\t\r\n  two\r\n\r\n  three\"\n"), "one two\nthree");
  EXPECT_EQ(text_of("a: ' x\n  '\n"), " x ");
  EXPECT_EQ(text_of("a: '\n  x '\n"), " x ");
}

TEST(QuotedScalar, ADoubledQuoteIsOneQuote) {
  EXPECT_EQ(text_of("a: 'it''s'\n"), "it's");
  EXPECT_EQ(text_of("a: ''''\n"), "'");
  EXPECT_EQ(text_of("a: '\n  ''\n  '''\n"), " ' '");
  EXPECT_EQ(text_of("a: 'a\\n\"'\n"), "a\\n\"");
}

TEST(QuotedScalar, EscapesAreThoseOfTheStandard) {
  EXPECT_EQ(text_of(R"(a: "\a\b\t\n\v\f\r\e\ \"\/\\")"), "\a\b\t\n\v\f\r\x1B \"/\\");
  EXPECT_EQ(text_of(R"(a: "\N\_\L\P")"), "\xC2\x85\xC2\xA0\xE2\x80\xA8\xE2\x80\xA9");
  EXPECT_EQ(text_of(R"(a: "\x41\xe9\u20AC\U0001f600\ud83d\ude00")"),
            "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF0\x9F\x98\x80");
}

TEST(QuotedScalar, AnEscapedLineEndJoinsLinesWithoutASpace) {
  EXPECT_EQ(text_of("a: \"one\\\n   two \\\n  three\"\n"), "onetwo three");
  // libfyaml 0.7.12 loses the end of these.
  EXPECT_EQ(text_of("a: \"  \\\n   \t\n   \t\n   b c\\t\"\n"), "  \n\nb c\t");
  EXPECT_EQ(text_of("a: \"x\\n\n  y\\t  \n  z\"\n"), "x\n y\t z");
}

TEST(QuotedScalar, BadEscapesAreShown) {
  EXPECT_EQ(error_of("a: \"x\\q\"\n"), "f.yaml:1:6: invalid escape 'q' in double-quoted string");
  EXPECT_EQ(error_of("a: \"x\\0\"\n"), "f.yaml:1:6: a NUL character in a string");
  EXPECT_NE(error_of("a: \"\\ud800\"\n"), "(no error)");
  EXPECT_NE(error_of("a: \"\\udc00\\ud800\"\n"), "(no error)");
  EXPECT_NE(error_of("a: \"\\ud800\\u0041\"\n"), "(no error)");
  EXPECT_NE(error_of("a: \"\\U00110000\"\n"), "(no error)");
  EXPECT_NE(error_of("a: \"\\x4\"\n"), "(no error)");
}

TEST(BlockScalar, ALiteralKeepsItsLines) {
  EXPECT_EQ(text_of("a: |\n  make\n   install\n\n  \tdone\nb: 1\n"), "make\n install\n\n\tdone\n");
  EXPECT_EQ(text_of("a: |  # comment | with > signs\n  x\n# comment\nb: 1\n"), "x\n");
  EXPECT_EQ(text_of("\"b|c>\": 1\n\"a\":  |\n  # no comment\n  x: y\n"), "# no comment\nx: y\n");
  EXPECT_EQ(text_of("a:\n  |\n  x\n"), "x\n");
  EXPECT_EQ(text_of("a: |\n\n\n  x\n"), "\n\nx\n");
  EXPECT_EQ(text_of("a: |\r\n  x\r\n\r\n  y\r\n"), "x\n\ny\n");
}

TEST(BlockScalar, ChompingDecidesAboutTheLastLineEnds) {
  EXPECT_EQ(text_of("a: |\n  x\n\n\nb: 1\n"), "x\n");
  EXPECT_EQ(text_of("a: |-\n  x\n\n\nb: 1\n"), "x");
  EXPECT_EQ(text_of("a: |+\n  x\n\n\nb: 1\n"), "x\n\n\n");
  EXPECT_EQ(text_of("a: >-\n  x\n  y\n\nb: 1\n"), "x y");
  EXPECT_EQ(text_of("a: |\nb: 1\n"), "");
  EXPECT_EQ(text_of("a: |+\n\n\nb: 1\n"), "\n\n");
  EXPECT_EQ(text_of("a: >-\n\n"), "");
}

TEST(BlockScalar, AMissingLineEndAtTheEndOfTheFileMakesNoDifference) {
  EXPECT_EQ(text_of("a: |\n  x"), "x\n");
  EXPECT_EQ(text_of("a: |+\n  x"), "x\n");
  EXPECT_EQ(text_of("a: |-\n  x"), "x");
  EXPECT_EQ(text_of("a: |\n  x\n "), "x\n");
  EXPECT_EQ(text_of("a: |"), "");
  EXPECT_EQ(text_of("a: |\n"), ""); // libfyaml 0.7.12 gives a NUL
}

TEST(BlockScalar, AFoldedOneJoinsLinesThatAreNotIndentedFurther) {
  EXPECT_EQ(text_of("a: >\n one\n two\n   three\n\n   four\n five\n\n\n six\n"),
            "one two\n  three\n\n  four\nfive\n\nsix\n");
  EXPECT_EQ(text_of("a: >\n  one\n\n   two\n"),
            "one\n\n two\n"); // libfyaml 0.7.12 loses a line end
  EXPECT_EQ(text_of("a: >\n  one\n  \ttwo\n  three\n"), "one\n\ttwo\nthree\n");
  EXPECT_EQ(text_of("a: >\n\n  one\n"), "\none\n");
}

TEST(BlockScalar, AnIndentationIndicatorCountsFromTheListOrMap) {
  EXPECT_EQ(text_of("a: |2\n    x\n   y\n"), "  x\n y\n");
  EXPECT_EQ(text_of("a: >1-\n  x\n y\n"), " x\ny");
  const Document nested = read_yaml("f.yaml", "m:\n  k:\n  - a: |-1\n       x\n");
  EXPECT_EQ(nested.root.find("m")->find("k")->if_list()->at(0), Value(Value::Map{{"a", "  x"}}));
  EXPECT_EQ(read_yaml("f.yaml", "- |1\n  x\n- b\n").root, Value(Value::List{" x\n", "b"}));
}

TEST(BlockScalar, StandsAtItsIndicator) {
  EXPECT_EQ(read_yaml("f.yaml", "x: 1\na|b: >+ # |\n\n  x\n").root.find("a|b")->position(),
            (Position{2, 6}));
  EXPECT_EQ(
      read_yaml("f.yaml", "- y\n- - |\n    x\n").root.if_list()->at(1).if_list()->at(0).position(),
      (Position{2, 5}));
}

TEST(BlockScalar, TwoReadersThatDisagreeAboutItsEndAreNoticed) {
  // libfyaml 0.7.12 takes the next key for a part of the empty block.
  EXPECT_EQ(error_of("- a: |\n\n  b: 1\n"),
            "f.yaml:1:6: this block of text cannot be read for certain; is its indentation right?");
}

TEST(BlockScalar, ManyEmptyLinesCostNoMoreThanTheirNumber) {
  const std::string empty(1'000'000, '\n'); // libfyaml's own text of these takes minutes
  EXPECT_EQ(text_of("a: |+\n" + empty), empty);
  EXPECT_EQ(text_of("a: >\n  x\n" + empty + "  y\n"), "x" + empty + "y\n");
  EXPECT_EQ(text_of("a: x\n" + empty + "  y\n"), "x" + empty + "y");
}

TEST(PlainScalar, LineEndsAreFolded) {
  EXPECT_EQ(text_of("a: one  \n  two\t\n\n  \n  three # four\n"), "one two\n\nthree");
  EXPECT_EQ(text_of("a:\r\n  one\r\n  two\r\n\r\n  three\r\n"), "one two\nthree");
  EXPECT_EQ(read_yaml("f.yaml", "[a\n b, c]").root, Value(Value::List{"a b", "c"}));
  EXPECT_EQ(read_yaml("f.yaml", "[1, a ,2\n]").root, Value(Value::List{1, "a", 2}));
}

} // namespace
} // namespace hdist
