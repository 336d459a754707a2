#include "base/shorten.h"

#include "base/error.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

std::string many(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i)
    result += text;
  return result;
}

TEST(Shorten, WhatIsReadableStaysAsItIs) {
  const std::string path = "/" + many("folder/", 150);
  const std::string lines = "no file  " + path + "\n while " + many("some words\t", 300) + "\n\n";
  EXPECT_EQ(with_short_words(lines), lines);
  EXPECT_EQ(with_short_words(""), "");
}

TEST(Shorten, AWordLosesItsMiddle) {
  const std::string word = many("a", 100) + many("x", 5000) + many("z", 100);
  EXPECT_EQ(with_short_words("'" + word + "' is no command"),
            "'" + many("a", 99 + 0) + "[... 5002 bytes ...]" + many("z", 99) + "' is no command");
}

TEST(Shorten, NoCharacterIsCutInHalf) {
  EXPECT_EQ(with_short_words("x" + many("é", 1000)),
            "x" + many("é", 49) + "[... 1802 bytes ...]" + many("é", 50));
}

TEST(Shorten, APathAndALineOfAnyLengthAreCutToo) {
  EXPECT_LT(with_short_words(many("/a", 5000)).size(), 700u);
  EXPECT_LT(with_short_words(many("a ", 50000)).size(), 4100u);
}

TEST(Shorten, MessagesOfErrorsAreShort) {
  const std::string name(5000, 'n');
  Error error(ErrorKind::usage, "x", "'" + name + "' is wrong");
  error.during("reading " + name);
  EXPECT_LT(error.message().size(), 300u);
  EXPECT_LT(error.tasks().front().size(), 300u);
  EXPECT_LT(std::string(error.what()).size(), 600u);
}

} // namespace
} // namespace hdist
