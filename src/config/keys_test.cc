#include "config/keys.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

std::string check(KeyKind kind, const std::string& text) {
  try {
    return check_value({"s", "k", kind, ""}, text, "/home/u", "/base");
  } catch (const Error& error) {
    return "error: " + error.message();
  }
}

TEST(Keys, EveryDefaultIsAValidValue) {
  for (const KeySpec& key : known_keys({})) {
    if (is_list(key.kind)) continue;
    EXPECT_EQ(message_of([&] { check_value(key, key.standard, "/home/u", ""); }), "(no error)")
        << key.key;
  }
}

TEST(Keys, AnyTagMayHaveAKeepAndOldSpellingsAreKnown) {
  std::vector<KeySpec> keys = known_keys({});
  EXPECT_EQ(find_key(keys, "sources", "keep-release")->kind, KeyKind::duration);
  EXPECT_FALSE(find_key(keys, "sources", "keep-"));
  EXPECT_FALSE(find_key(keys, "sources", "keep-a=b"));
  EXPECT_FALSE(find_key(keys, "builder", "keep-release"));
  EXPECT_EQ(find_key(keys, "hashdist", "python2-path")->key, "python-path");
  EXPECT_EQ(find_key(keys, "sources", "keep-tar.gz")->key, "keep-targz");
}

TEST(Keys, WhatIsUnknownSuggestsWhatIsNear) {
  std::vector<KeySpec> keys = known_keys({});
  EXPECT_EQ(unknown_key(keys, "builder", "stroe"),
            "unknown key \"stroe\" in [builder]; did you mean \"store\"?");
  EXPECT_EQ(unknown_key(keys, "builder", "mirrors"),
            "unknown key \"mirrors\" in [builder]; it belongs into [sources]");
  EXPECT_EQ(unknown_key(keys, "site", "colour"),
            "unknown key \"colour\" in [site]; known there: policy");
  EXPECT_EQ(unknown_section(keys, "bulider"), "unknown section [bulider]; did you mean [builder]?");
  EXPECT_EQ(unknown_section(keys, "x"),
            "unknown section [x]; known: hashdist, sources, builder, profiles, gc, site");
}

TEST(Keys, TheProgramsOwnKeyAndSectionComeFromTheBrand) {
  Brand brand;
  brand.program = "qsnake-hdist";
  brand.config_section = "qsnake";
  brand.root = brand.artifacts_root = brand.sources_root = "~/.qsnake";
  std::vector<KeySpec> keys = known_keys(brand);
  EXPECT_EQ(find_key(keys, "qsnake", "qsnake-hdist")->kind, KeyKind::path_or_none);
  EXPECT_EQ(find_key(keys, "builder", "store")->standard, "~/.qsnake/artifacts");
  EXPECT_FALSE(find_key(keys, "hashdist", "hdist"));
}

TEST(Keys, PathsBecomeAbsoluteAndNormal) {
  EXPECT_EQ(check(KeyKind::path, "~/a/../b/"), "/home/u/b");
  EXPECT_EQ(check(KeyKind::path, "x/y"), "/base/x/y");
  EXPECT_EQ(check(KeyKind::path, "/x y/\xc3\xa9"), "/x y/\xc3\xa9");
  EXPECT_EQ(check(KeyKind::path, ""), "error: \"\": expected a path");
  EXPECT_EQ(check(KeyKind::path_or_none, ""), "");
  EXPECT_EQ(message_of([] {
              check_value({"s", "k", KeyKind::path, ""}, "x", "/h", "");
            }),
            "\"x\": expected an absolute path");
}

TEST(Keys, ValuesOfOtherKindsAreChecked) {
  EXPECT_EQ(check(KeyKind::duration, "1 week"), "1 week");
  EXPECT_EQ(
      check(KeyKind::duration, "soon"),
      "error: \"soon\": expected a time like \"1 week\" or \"36 hours\", \"forever\" or \"never\"");
  EXPECT_EQ(check(KeyKind::count, "0"), "0");
  EXPECT_EQ(check(KeyKind::count, "-1"), "error: \"-1\": expected an integer from 0 to 1000000");
  EXPECT_EQ(check(KeyKind::number, "8"), "8");
  EXPECT_EQ(check(KeyKind::address, "https://h/debian"), "https://h/debian");
  EXPECT_EQ(check(KeyKind::address, "h/debian"),
            "error: \"h/debian\": expected an http or https address");
  EXPECT_EQ(check(KeyKind::number, "257"), "error: \"257\": expected an integer from 1 to 256");
  EXPECT_EQ(check(KeyKind::number, "0"), "error: \"0\": expected an integer from 1 to 256");
  EXPECT_EQ(check(KeyKind::jobs, ""), "");
  EXPECT_EQ(check(KeyKind::jobs, "0"), "error: \"0\": expected an integer from 1 to 4096");
  EXPECT_EQ(check(KeyKind::flag, "Off"), "Off");
  EXPECT_EQ(check(KeyKind::flag, "1"), "error: \"1\": expected on or off");
  EXPECT_EQ(check(KeyKind::share, "group"), "group");
  EXPECT_EQ(check(KeyKind::share, "world"), "error: \"world\": expected private or group");
  for (const char* good : {"10", "90 days", "10, 90 days", "forever"})
    EXPECT_EQ(check(KeyKind::generations, good), good);
  for (const char* bad : {"", "x", "-1", "1, 2, 3"})
    EXPECT_TRUE(check(KeyKind::generations, bad).starts_with("error: ")) << bad;
  EXPECT_EQ(check(KeyKind::mappings, "virtual:a=b/c"), "virtual:a=b/c");
  for (const char* bad : {"a", "=b", "a=", "a=b;c=d", "a = b"})
    EXPECT_TRUE(check(KeyKind::mappings, bad).starts_with("error: ")) << bad;
}

TEST(Keys, DurationsFlagsAndListsAreParsed) {
  EXPECT_EQ(parse_keep("forever"), -1);
  EXPECT_EQ(parse_keep("never"), 0);
  EXPECT_EQ(parse_keep("1 week"), 7 * 24 * 3600);
  EXPECT_EQ(parse_keep("0"), 0);
  for (const char* bad : {"", "5", "9999 weeks years", "36501 days", "9223372036854775807 s"})
    EXPECT_FALSE(parse_keep(bad)) << bad;
  EXPECT_EQ(parse_flag("YES"), true);
  EXPECT_EQ(parse_flag("off"), false);
  EXPECT_FALSE(parse_flag(""));
  EXPECT_EQ(split_list(" a , b c,, d"), (std::vector<std::string>{"a", "b c", "d"}));
  EXPECT_TRUE(split_list("").empty());
}

TEST(Keys, ASizeIsInBytesOrInUnitsOf1024Or1000) {
  EXPECT_EQ(parse_size("512"), 512);
  EXPECT_EQ(parse_size("512 B"), 512);
  EXPECT_EQ(parse_size("10G"), int64_t{10} << 30);
  EXPECT_EQ(parse_size(" 2 MiB "), 2 << 20);
  EXPECT_EQ(parse_size("5 kB"), 5000);
  EXPECT_EQ(parse_size("1T"), int64_t{1} << 40);
  for (const char* bad : {"", "-1", "G", "1.5 GiB", "5 P", "5 Gi", "1 GiBs", "9999999999 T"})
    EXPECT_FALSE(parse_size(bad)) << bad;
}

TEST(Keys, AGraceIsATimeThatSomebodyWaits) {
  EXPECT_EQ(parse_grace("10 minutes"), 600);
  EXPECT_EQ(parse_grace("1 week"), 7 * 24 * 3600);
  EXPECT_EQ(parse_grace("0"), 0);
  EXPECT_EQ(parse_grace(" 30 "), 30);
  for (const char* bad : {"", "-1", "never", "forever", "8 days", "99999999", "soon"})
    EXPECT_FALSE(parse_grace(bad)) << bad;
  EXPECT_EQ(
      check(KeyKind::grace, "forever"),
      "error: \"forever\": expected a time like \"10 minutes\", at most 1 week; \"0\" for none");
}

} // namespace
} // namespace hdist
