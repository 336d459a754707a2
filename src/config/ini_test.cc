#include "config/ini.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

std::string error_of(const std::string& text) {
  return message_of([&] { read_ini("c", text); });
}

TEST(Ini, ReadsIndentedKeysAndKnowsWhereTheyStand) {
  Ini ini = read_ini("c", "[a]\n    key = value with = and # \n\n[ b ]\r\nx=1\r\n\ty =\n");
  ASSERT_EQ(ini.entries.size(), 3U);
  EXPECT_EQ(ini.entries[0].section, "a");
  EXPECT_EQ(ini.entries[0].key, "key");
  EXPECT_EQ(ini.entries[0].value, "value with = and #");
  EXPECT_EQ(ini.entries[0].key_at, (Position{2, 5}));
  EXPECT_EQ(ini.entries[0].value_at, (Position{2, 11}));
  EXPECT_EQ(ini.entries[1].section, "b");
  EXPECT_EQ(ini.entries[1].value, "1");
  EXPECT_EQ(ini.entries[2].key, "y");
  EXPECT_EQ(ini.entries[2].value, "");
  ASSERT_EQ(ini.sections.size(), 2U);
  EXPECT_EQ(ini.sections[1].at, (Position{4, 1}));
}

TEST(Ini, CommentsStartALineAndNothingElse) {
  Ini ini = read_ini("c", "# one\n  ; two\n[a]\nurl = http://x/#y ; z\n");
  ASSERT_EQ(ini.entries.size(), 1U);
  EXPECT_EQ(ini.entries[0].value, "http://x/#y ; z");
  EXPECT_TRUE(ini.notes.empty());
}

TEST(Ini, AnEllipsisInAngleBracketsIsPassedOverWithANote) {
  Ini ini = read_ini("c", "[a]\nb = 1\n\n<...>\n");
  EXPECT_EQ(ini.entries.size(), 1U);
  EXPECT_EQ(ini.notes, std::vector<std::string>{"c:4: ignored the line <...>"});
}

TEST(Ini, AByteOrderMarkAndAMissingLastNewlineAreFine) {
  Ini ini = read_ini("c", "\xef\xbb\xbf[a]\nb = 1");
  ASSERT_EQ(ini.entries.size(), 1U);
  EXPECT_EQ(ini.entries[0].value, "1");
  EXPECT_TRUE(read_ini("c", "").entries.empty());
}

TEST(Ini, WhatIsNoSettingIsAnErrorThatShowsTheLine) {
  EXPECT_EQ(error_of("[a]\n  store ~/x\n"),
            "c:2:3: expected \"key = value\", \"[section]\" or a comment that starts with '#'\n"
            "    2 |   store ~/x\n"
            "      |   ^");
  EXPECT_EQ(first_line(error_of("= x\n")),
            "c:1:1: expected \"key = value\", \"[section]\" or a comment that starts with '#'");
  EXPECT_EQ(first_line(error_of("x = 1\n")), "c:1:1: this key stands before the first [section]");
  for (const char* text : {"[a\n", "[]\n", "[a] b\n", "[[a]]\n", "[ ]\n", "["})
    EXPECT_EQ(first_line(error_of(text)), "c:1:1: expected [section] alone on its line") << text;
}

TEST(Ini, AKeyGivenTwiceIsAnErrorAlsoInARepeatedSection) {
  EXPECT_EQ(first_line(error_of("[a]\nx = 1\n[b]\nx = 1\n[a]\n x = 2\n")),
            "c:6:2: the key \"x\" stands in line 2 already");
}

TEST(Ini, BinaryDataIsNoConfig) {
  EXPECT_EQ(first_line(error_of("[a]\nx = \xff\n")),
            "c:2:1: this is no text: expected UTF-8 without NUL");
  EXPECT_EQ(first_line(error_of(std::string("[a]\nx = \0\n", 10))),
            "c:2:1: this is no text: expected UTF-8 without NUL");
}

} // namespace
} // namespace hdist
