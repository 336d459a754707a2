#include "data/fields.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

std::string error_at(std::string text, Position at, std::string_view path = "",
                     std::string_view message = "wrong") {
  const Document document{.name = "f.yaml", .text = std::move(text), .root = {}};
  return document_error(document, at, path, message).what();
}

TEST(DocumentError, HasKindCodeAndTheLineWithACaret) {
  const Document document{.name = "stack.yaml", .text = "one\ntwo words\nthree\n", .root = {}};
  const Error error = document_error(document, {2, 5}, "a.b", "expected an integer", "type");
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.code(), "document.type");
  EXPECT_STREQ(error.what(), "stack.yaml:2:5: a.b: expected an integer\n"
                             "    2 | two words\n"
                             "      |     ^");
}

TEST(DocumentError, WithoutAPositionThereIsNoLine) {
  EXPECT_EQ(error_at("text", {}, "a"), "f.yaml: a: wrong");
}

TEST(DocumentError, ACaretStaysInPlaceBehindTabsWideLettersAndControlCharacters) {
  EXPECT_EQ(error_at("\tx\x1B[1m\xE6\x97\xA5"
                     "e\xCC\x81!\r\n",
                     {1, 10}),
            "f.yaml:1:10: wrong\n"
            "    1 |     x\\x1b[1m\xE6\x97\xA5"
            "e\xCC\x81!\n"
            "      |                ^");
}

TEST(DocumentError, TextThatHidesOrReordersItselfIsShownAsEscapes) {
  EXPECT_EQ(error_at("a\xE2\x80\xAE"
                     "b\xE2\x80\x8B\xC2\x85\xFF",
                     {1, 1}),
            "f.yaml:1:1: wrong\n"
            "    1 | a\\u{202e}b\\u{200b}\\u{85}\\xff\n"
            "      | ^");
}

TEST(DocumentError, AVeryLongLineIsCutAroundTheColumn) {
  const std::string text = std::string(5000, 'a') + "X" + std::string(5'000'000, 'b');
  EXPECT_EQ(error_at(text, {1, 5001}), "f.yaml:1:5001: wrong\n"
                                       "    1 | ..." +
                                           std::string(70, 'a') + "X" + std::string(39, 'b') +
                                           "...\n"
                                           "      |    " +
                                           std::string(70, ' ') + "^");
}

TEST(DocumentError, ALineOrColumnBehindTheEndIsHarmless) {
  EXPECT_EQ(error_at("a", {9, 1}), "f.yaml:9:1: wrong\n    9 |\n      | ^");
  EXPECT_EQ(error_at("a\n", {1, 2}), "f.yaml:1:2: wrong\n    1 | a\n      |  ^");
  EXPECT_EQ(error_at("", {1, 1}), "f.yaml:1:1: wrong");
}

TEST(DocumentError, ALineNumberOfAnyLengthKeepsTheCaretInPlace) {
  EXPECT_EQ(error_at(std::string(123455, '\n') + "abc", {123456, 2}), "f.yaml:123456:2: wrong\n"
                                                                      " 123456 | abc\n"
                                                                      "        |  ^");
}

TEST(DocumentError, NamePathAndMessageStayOnOneLineAndShort) {
  const std::string text =
      error_at("x", {1, 1}, "key\n\x1B[2J" + std::string(100'000, 'k'), std::string(100'000, 'm'));
  EXPECT_EQ(text.substr(0, 30), "f.yaml:1:1: key\\x0a\\x1b[2Jkkkk");
  EXPECT_LT(text.size(), 1400u);
}

} // namespace
} // namespace hdist
