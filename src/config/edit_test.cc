#include "config/edit.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <thread>

namespace hdist {
namespace {

namespace fs = std::filesystem;

std::string edited(const std::string& text, const std::string& section, const std::string& key,
                   const std::string& value) {
  std::vector<KeySpec> keys = known_keys({});
  return edited_config(read_ini("c", text), keys, find_key(keys, section, key).value(), value);
}

TEST(ConfigEdit, TheLineOfTheKeyIsChangedAndNothingElse) {
  EXPECT_EQ(edited("# mine\n[builder]\n    jobs   =  3\n    store=/x # no comment\n\n<...>\n",
                   "builder", "jobs", "4"),
            "# mine\n[builder]\n    jobs   =  4\n    store=/x # no comment\n\n<...>\n");
  EXPECT_EQ(edited("[builder]\nstore=/x # no comment\n", "builder", "store", "/y"),
            "[builder]\nstore=/y\n");
  EXPECT_EQ(edited("[builder]\njobs=\n", "builder", "jobs", "4"), "[builder]\njobs= 4\n");
  EXPECT_EQ(edited("[builder]\njobs = 4\n", "builder", "jobs", ""), "[builder]\njobs = \n");
}

TEST(ConfigEdit, ANewKeyStandsAfterTheLastOfItsSectionAndIsIndentedLikeIt) {
  EXPECT_EQ(edited("[builder]\n    jobs = 3\n\n# others\n[gc]\n  grace = 0 s\n", "builder",
                   "keep-failed", "1"),
            "[builder]\n    jobs = 3\n    keep-failed = 1\n\n# others\n[gc]\n  grace = 0 s\n");
  EXPECT_EQ(edited("[builder]\n[gc]\n  grace = 0 s", "builder", "jobs", "1"),
            "[builder]\n  jobs = 1\n[gc]\n  grace = 0 s\n");
}

TEST(ConfigEdit, ANewSectionStandsAtTheEnd) {
  EXPECT_EQ(edited("", "builder", "jobs", "1"), "[builder]\njobs = 1\n");
  EXPECT_EQ(edited("[gc]\n\tgrace = 0 s", "builder", "jobs", "1"),
            "[gc]\n\tgrace = 0 s\n\n[builder]\n\tjobs = 1\n");
  EXPECT_EQ(edited("# nothing yet\n\n", "builder", "jobs", "1"),
            "# nothing yet\n\n[builder]\njobs = 1\n");
}

TEST(ConfigEdit, WhatIsTakenOutTakesItsLineAlone) {
  const std::vector<KeySpec> keys = known_keys({});
  const auto without = [&](const std::string& text, const std::string& key) {
    return config_without(read_ini("c", text), keys, find_key(keys, "hashdist", key).value());
  };
  EXPECT_EQ(without("# mine\r\n[hashdist]\r\n  python-path = /x\r\n# end\r\n", "python-path"),
            "# mine\r\n[hashdist]\r\n# end\r\n");
  EXPECT_EQ(without("[hashdist]\npython2-path = /x\n\nhdist = /h\npython-path = /y", "python-path"),
            "[hashdist]\n\nhdist = /h");
  EXPECT_EQ(without("[gc]\n", "hdist"), "[gc]\n");
}

TEST(ConfigEdit, AnOldSpellingAndTheLineEndsStay) {
  EXPECT_EQ(edited("[hashdist]\r\npython2-path = /x\r\n", "hashdist", "python-path", "/y"),
            "[hashdist]\r\npython2-path = /y\r\n");
  EXPECT_EQ(edited("[gc]\r\ngrace = 0 s", "builder", "jobs", "1"),
            "[gc]\r\ngrace = 0 s\r\n\r\n[builder]\r\njobs = 1\r\n");
}

TEST(ConfigEdit, OfTwoSpellingsTheOneThatCountsIsChanged) {
  EXPECT_EQ(
      edited("[hashdist]\npython-path = /x\npython2-path = /y\n", "hashdist", "python-path", "/z"),
      "[hashdist]\npython-path = /x\npython2-path = /z\n");
}

TEST(ConfigEdit, AValueIsOneLineOfText) {
  for (const char* value : {"a\nb", "a\rb", "\x01", "\xff"})
    EXPECT_NE(message_of([&] {
                edited("", "builder", "store", value);
              }).find("expected one line of text"),
              std::string::npos)
        << value;
  EXPECT_EQ(edited("", "builder", "store", "  /\xc3\xa9 "), "[builder]\nstore = /\xc3\xa9\n");
}

class ConfigFile : public ::testing::Test {
protected:
  void set(const std::string& key, const std::string& value) const {
    set_in_file(path_, keys_, find_key(keys_, "sources", key).value(), value);
  }
  TempDir tmp_;
  std::string path_ = tmp_.path() + "/home/config";
  std::vector<KeySpec> keys_ = known_keys({});
};

TEST_F(ConfigFile, IsMadeWhenThereIsNone) {
  set("keep-git", "1 week");
  EXPECT_EQ(read_file(path_), "[sources]\nkeep-git = 1 week\n");
}

TEST_F(ConfigFile, BehindALinkKeepsItsPlaceAndItsMode) {
  write_file(tmp_.path() + "/dotfiles/hashdist", "# mine\n");
  fs::permissions(tmp_.path() + "/dotfiles/hashdist", fs::perms(0600));
  fs::create_directories(tmp_.path() + "/home");
  fs::create_symlink("../dotfiles/hashdist", path_);
  set("keep-git", "1 week");
  EXPECT_TRUE(fs::is_symlink(path_));
  EXPECT_EQ(read_file(path_), "# mine\n\n[sources]\nkeep-git = 1 week\n");
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms(0600));
}

TEST_F(ConfigFile, TwoChangesAtOnceBothCount) {
  constexpr int kTags = 20;
  auto set_tags = [&](const std::string& prefix) {
    for (int i = 0; i < kTags; ++i)
      set("keep-" + prefix + std::to_string(i), "1 week");
  };
  std::thread other([&] { set_tags("a"); });
  set_tags("b");
  other.join();
  EXPECT_EQ(read_ini(path_, read_file(path_)).entries.size(), 2U * kTags);
}

TEST_F(ConfigFile, ABrokenOneIsAnErrorAndStaysAsItIs) {
  write_file(path_, "nonsense\n");
  EXPECT_NE(message_of([&] { set("keep-git", "1 week"); }).find(":1:1: expected"),
            std::string::npos);
  EXPECT_EQ(read_file(path_), "nonsense\n");
}

} // namespace
} // namespace hdist
