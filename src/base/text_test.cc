#include "base/text.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>

namespace hdist {
namespace {

using Strings = std::vector<std::string>;

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a::b:", ':'), (Strings{"a", "", "b", ""}));
  EXPECT_EQ(split("a", ':'), Strings{"a"});
  EXPECT_EQ(split(":", ':'), (Strings{"", ""}));
  EXPECT_EQ(split("", ':'), Strings{});
}

TEST(JoinFirst, CountsWhatItLeavesOut) {
  const Strings parts{"a", "b", "c"};
  EXPECT_EQ(join_first(3, parts, ", "), "a, b, c");
  EXPECT_EQ(join_first(2, parts, ", "), "a, b, and 1 more");
}

TEST(SplitWords, KnowsNoEmptyWords) {
  EXPECT_EQ(split_words("  a\tbc \n d"), (Strings{"a", "bc", "d"}));
  EXPECT_EQ(split_words(" \n"), Strings{});
}

TEST(Trim, TakesWhiteSpaceFromBothEnds) {
  EXPECT_EQ(trim(" \ta b\r\n"), "a b");
  EXPECT_EQ(trim(" "), "");
}

TEST(Join, PutsTheSeparatorBetween) {
  EXPECT_EQ(join(Strings{"a", "", "b"}, ", "), "a, , b");
  EXPECT_EQ(join(Strings{}, ", "), "");
}

TEST(ReplaceAll, DoesNotLookAtWhatItPutIn) {
  EXPECT_EQ(replace_all("aXbX", "X", "XX"), "aXXbXX");
  EXPECT_EQ(replace_all("aaa", "aa", "b"), "ba");
  EXPECT_EQ(replace_all("abc", "", "x"), "abc");
  EXPECT_EQ(replace_all("XX", "X", ""), "");
}

TEST(Case, ChangesAsciiOnly) {
  EXPECT_EQ(to_upper("aZ-\xc3\xa4"), "AZ-\xc3\xa4");
  EXPECT_EQ(to_lower("aZ-\xc3\x84"), "az-\xc3\x84");
}

TEST(ShellQuote, LeavesSafeWordsAlone) {
  EXPECT_EQ(shell_quote("--prefix=/usr/lib+x@1,2:%_"), "--prefix=/usr/lib+x@1,2:%_");
}

TEST(ShellQuote, PutsTheRestInSingleQuotes) {
  EXPECT_EQ(shell_quote(""), "''");
  EXPECT_EQ(shell_quote("a b"), "'a b'");
  EXPECT_EQ(shell_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quote("$HOME`x`\\"), "'$HOME`x`\\'");
  EXPECT_EQ(shell_quote("~"), "'~'");
  EXPECT_EQ(shell_quote("=ls"), "'=ls'");
  EXPECT_EQ(shell_quote("\xc3\xa4"), "'\xc3\xa4'");
}

TEST(ShellQuote, WritesControlCharactersAsEscapes) {
  EXPECT_EQ(shell_quote("a\nb'\\\t"), "$'a\\nb\\'\\\\\\t'");
  EXPECT_EQ(shell_quote("\x1b[1m"), "$'\\033[1m'");
}

TEST(ShellJoin, QuotesEachWord) {
  EXPECT_EQ(shell_join(Strings{"make", "CC=gcc -m64", ""}), "make 'CC=gcc -m64' ''");
}

TEST(Printable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\x1b]0;x\x07\n"), "a\\x1b]0;x\\x07\\x0a");
  EXPECT_EQ(printable("\x7f"), "\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\xc2\\x9b31m"); // U+009B, a control sequence in one character
}

TEST(Printable, EscapesWhatHidesOrTurnsText) {
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a\\xe2\\x80\\xaeb");                                       // U+202E, right to left
  EXPECT_EQ(printable("\xe2\x81\xa6"), "\\xe2\\x81\\xa6");              // U+2066, isolate
  EXPECT_EQ(printable("\xd8\x9c"), "\\xd8\\x9c");                       // U+061C, Arabic mark
  EXPECT_EQ(printable("\xef\xbb\xbf"), "\\xef\\xbb\\xbf");              // U+FEFF
  EXPECT_EQ(printable("\xf3\xa0\x81\x81"), "\\xf3\\xa0\\x81\\x81");     // U+E0041, a tag
  EXPECT_EQ(printable("\xd7\x90\xe2\x80\x90"), "\xd7\x90\xe2\x80\x90"); // Hebrew, hyphen
}

TEST(Printable, KeepsTextAndEscapesInvalidUtf8) {
  EXPECT_EQ(printable("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(printable("a\xff\xc3"), "a\\xff\\xc3");
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndWhatIsTooLarge) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("\xf4\x8f\xbf\xbf"));
  for (const char* text : {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xf0\x80\x80\x80", "\x80", "\xe2\x82", "\xc3(", "\xf8\x88\x80\x80\x80"})
    EXPECT_FALSE(is_valid_utf8(text)) << printable(text);
}

TEST(GlobMatch, AStarStaysWithinItsComponent) {
  EXPECT_TRUE(glob_match("lib/*.so*", "lib/libz.so.1"));
  EXPECT_TRUE(glob_match("*", ".hidden"));
  EXPECT_TRUE(glob_match("a*b*c", "axxbyybzc"));
  EXPECT_FALSE(glob_match("lib/*", "lib/a/b"));
  EXPECT_FALSE(glob_match("a*b*c", "axxbyybz"));
}

TEST(GlobMatch, AllOtherCharactersAreLiteral) {
  EXPECT_TRUE(glob_match("x[1].t?t", "x[1].t?t"));
  EXPECT_FALSE(glob_match("x[1].txt", "x1.txt"));
  EXPECT_FALSE(glob_match("t?p", "top"));
}

TEST(GlobMatch, TwoStarsAreAnyNumberOfDirectories) {
  EXPECT_TRUE(glob_match("**/*.h", "a.h"));
  EXPECT_TRUE(glob_match("a/**/b", "a/b"));
  EXPECT_TRUE(glob_match("a/**/b", "a/x/y/b"));
  EXPECT_TRUE(glob_match("**/c/**/d", "a/c/x/c/d"));
  EXPECT_FALSE(glob_match("a/**/b", "x/a/b"));
}

TEST(GlobMatch, TwoStarsAtTheEndAreEverythingBelow) {
  EXPECT_TRUE(glob_match("**", "a"));
  EXPECT_TRUE(glob_match("**", "a/b/c"));
  EXPECT_TRUE(glob_match("a/**", "a/b/c"));
  EXPECT_TRUE(glob_match("**/doc/**", "share/doc/x/y"));
  EXPECT_FALSE(glob_match("a/**", "a"));
  EXPECT_FALSE(glob_match("a/**", "b/a"));
}

TEST(GlobMatch, ManyStarsDoNotTakeForever) {
  const std::string name(5000, 'a');
  EXPECT_FALSE(glob_match("a*a*a*a*a*a*a*a*a*a*b", name));
  std::string deep;
  for (int i = 0; i < 1000; ++i)
    deep += "a/";
  EXPECT_FALSE(glob_match("**/a/**/a/**/a/**/a/**/b", deep + "a"));
}

TEST(GlobMatch, AgreesWithTheGoldenCases) {
  std::map<std::string, std::map<std::string, bool>> trees; // path: is it a directory?
  std::string tree;
  std::string pattern;
  std::set<std::string> expected;
  bool all = false;
  int cases = 0;
  const auto check = [&] {
    if (cases == 0) return;
    std::set<std::string> found;
    for (const auto& [path, is_directory] : trees[tree])
      if ((all || !is_directory) && glob_match(pattern, path)) found.insert(path);
    EXPECT_EQ(found, expected) << tree << " " << pattern;
  };
  for (const std::string& line : split(read_file(HDIST_GOLDEN_DIR "/antglob.txt"), '\n')) {
    const std::string keyword = line.substr(0, line.find(' '));
    const std::string rest = line.substr(std::min(line.size(), keyword.size() + 1));
    if (keyword == "tree") tree = rest;
    if (keyword == "file" || keyword == "directory") trees[tree][rest] = keyword == "directory";
    if (keyword == "match") expected.insert(rest);
    if (keyword != "case") continue;
    check();
    ++cases;
    const Strings words = split(rest, ' ');
    ASSERT_GE(words.size(), 3U) << line;
    tree = words[0];
    all = words[1] == "all";
    pattern = rest.substr(words[0].size() + words[1].size() + 2);
    expected.clear();
  }
  check();
  EXPECT_GT(cases, 60);
}

TEST(HumanSize, UsesBinaryUnitsWithOneDecimal) {
  EXPECT_EQ(human_size(0), "0 B");
  EXPECT_EQ(human_size(1023), "1023 B");
  EXPECT_EQ(human_size(1536), "1.5 KiB");
  EXPECT_EQ(human_size(20 << 20), "20.0 MiB");
  EXPECT_EQ(human_size((1 << 20) - 1), "1.0 MiB");
  EXPECT_EQ(human_size(INT64_MAX), "8.0 EiB");
  EXPECT_EQ(human_size(INT64_MIN), "-8.0 EiB");
}

TEST(HumanDuration, GetsCoarserAsItGetsLonger) {
  EXPECT_EQ(human_duration(0.44), "0.4 s");
  EXPECT_EQ(human_duration(9.96), "10 s");
  EXPECT_EQ(human_duration(12.3), "12 s");
  EXPECT_EQ(human_duration(59.7), "1 min 00 s");
  EXPECT_EQ(human_duration(200), "3 min 20 s");
  EXPECT_EQ(human_duration(3599.9), "1 h 00 min");
  EXPECT_EQ(human_duration(3900), "1 h 05 min");
  EXPECT_EQ(human_duration(-1), "0.0 s");
}

TEST(ParseDuration, KnowsTheUnitsWithAndWithoutBlank) {
  EXPECT_EQ(parse_duration_s("36 hours"), 36 * 3600);
  EXPECT_EQ(parse_duration_s("1 week"), 7 * 86400);
  EXPECT_EQ(parse_duration_s("90 days"), 90 * 86400);
  EXPECT_EQ(parse_duration_s("10min"), 600);
  EXPECT_EQ(parse_duration_s(" 30s "), 30);
  EXPECT_EQ(parse_duration_s("2 m"), 120);
  EXPECT_EQ(parse_duration_s("1 month"), 30 * 86400);
  EXPECT_EQ(parse_duration_s("2 years"), 2 * 365 * 86400);
  EXPECT_EQ(parse_duration_s("0 s"), 0);
}

TEST(ParseDuration, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "s", "10", "-1 day", "1.5 h", "1 fortnight", "1 day 2 h", "1 Day s",
                           "99999999999999999999 s", "9223372036854775807 years", "+1 s"})
    EXPECT_EQ(parse_duration_s(text), std::nullopt) << text;
}

TEST(ParseInt, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(parse_int("-12"), -12);
  EXPECT_EQ(parse_int("9223372036854775807"), INT64_MAX);
  for (const char* text : {"", "-", "+1", "1 ", " 1", "0x1", "9223372036854775808", "1.0"})
    EXPECT_EQ(parse_int(text), std::nullopt) << text;
}

TEST(Nearest, FindsTheWordThatWasMeant) {
  const Strings words{"zlib", "bzip2", "readline", "dependencies"};
  EXPECT_EQ(nearest("zlb", words), "zlib");
  EXPECT_EQ(nearest("zilb", words), "zlib");
  EXPECT_EQ(nearest("dependancys", words), "dependencies");
  EXPECT_EQ(nearest("readline", words), "readline");
}

TEST(Nearest, DoesNotGuessWildly) {
  EXPECT_EQ(nearest("gcc", Strings{"icu", "lua"}), std::nullopt);
  EXPECT_EQ(nearest("a", Strings{"b"}), std::nullopt);
  EXPECT_EQ(nearest("", Strings{"b"}), std::nullopt);
  EXPECT_EQ(nearest("zlib", Strings{}), std::nullopt);
}

TEST(RandomName, HasTheLengthAndTheAlphabetAndDiffers) {
  const std::string name = random_name(40);
  EXPECT_EQ(name.size(), 40U);
  EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567"), std::string::npos);
  EXPECT_NE(name, random_name(40));
  EXPECT_EQ(random_name(0), "");
}

TEST(UtcTime, IsIso8601) {
  EXPECT_EQ(utc_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(utc_time(1795411364), "2026-11-23T05:22:44Z");
  EXPECT_EQ(utc_time(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(utc_time(INT64_MAX), "@9223372036854775807");
}

} // namespace
} // namespace hdist
