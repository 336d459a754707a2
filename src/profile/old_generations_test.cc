#include "profile/old_generations.h"

#include "base/dir.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <ctime>
#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kDay = 86'400;

class OldGenerations : public testing::Test {
protected:
  OldGenerations() {
    fs::create_directories(root_ + "/profiles");
    fs::create_directories(series_);
    fs::create_symlink("../../profiles/mine", series_ + "/link");
  }
  /// Made so many days ago.
  void generation(int64_t number, int days) const {
    std::string file = series_ + "/" + std::to_string(number) + "/profile.json";
    write_file(file, "12345");
    set_time(file, days);
  }
  static void set_time(const std::string& path, int days) {
    struct timespec times[2] = {{0, UTIME_OMIT}, {std::time(nullptr) - days * kDay, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  void switch_to(int64_t number) const {
    Dir::open(root_ + "/profiles")
        .replace_symlink("../generations/mine-abc/" + std::to_string(number), "mine");
  }
  std::string old(const GenerationRules& rules) const {
    std::string text;
    for (const OldGeneration& generation : old_generations(root_, rules))
      text += fs::path(generation.path).filename().string() + " ";
    return text;
  }
  TempDir tmp_;
  std::string root_ = tmp_.path() + "/root";
  std::string series_ = root_ + "/generations/mine-abc";
};

TEST_F(OldGenerations, TheRulesAreReadFromTheConfiguration) {
  EXPECT_EQ(generation_rules("10, 90 days").newest, 10);
  EXPECT_EQ(generation_rules("10, 90 days").age_s, 90 * kDay);
  EXPECT_EQ(generation_rules("3").age_s, 0);
  EXPECT_EQ(generation_rules("1 week").newest, 0);
  EXPECT_EQ(generation_rules("forever").age_s, -1);
}

TEST_F(OldGenerations, EitherRuleKeepsAGeneration) {
  for (int number = 1; number <= 6; ++number)
    generation(number, 60 - 10 * number); // 50, 40, 30, 20, 10, 0 days old
  switch_to(6);
  EXPECT_EQ(old(generation_rules("2, 25 days")), "1 2 3 ");
  EXPECT_EQ(old(generation_rules("5, 25 days")), "1 ");
  EXPECT_EQ(old(generation_rules("2")), "1 2 3 4 ");
  EXPECT_EQ(old(generation_rules("35 days")), "1 2 ");
  EXPECT_EQ(old(generation_rules("forever")), "");
}

TEST_F(OldGenerations, TheCurrentOneAndWhatIsPinnedStay) {
  for (int number = 1; number <= 4; ++number)
    generation(number, 100);
  switch_to(1);
  GenerationRules rules = generation_rules("1");
  EXPECT_EQ(old(rules), "2 3 ");
  rules.is_pinned = [](const std::string& path) { return path.ends_with("/3"); };
  EXPECT_EQ(old(rules), "2 ");
}

TEST_F(OldGenerations, OfARemovedProfileOnlyTheAgeCounts) {
  generation(1, 100);
  generation(2, 50);
  EXPECT_EQ(old(generation_rules("10, 90 days")), "1 ");
  fs::remove_all(root_ + "/profiles"); // perhaps only not mounted: the newest counts as current
  EXPECT_EQ(old(generation_rules("0")), "1 ");
}

TEST_F(OldGenerations, OneThatIsSwitchedToMeanwhileStays) {
  for (int number = 1; number <= 3; ++number)
    generation(number, 100);
  switch_to(3);
  std::vector<OldGeneration> found = old_generations(root_, generation_rules("1"));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].profile, root_ + "/profiles/mine");
  EXPECT_EQ(found[0].size_bytes, 5);
  switch_to(1);
  EXPECT_FALSE(remove_generation(found[0]));
  EXPECT_TRUE(remove_generation(found[1]));
  EXPECT_FALSE(remove_generation(found[1]));
  EXPECT_TRUE(fs::exists(series_ + "/1/profile.json"));
  EXPECT_FALSE(fs::exists(series_ + "/2"));
}

TEST_F(OldGenerations, NoRootIsNoGeneration) {
  EXPECT_TRUE(old_generations(tmp_.path() + "/none", generation_rules("0")).empty());
}

TEST_F(OldGenerations, UnfinishedOnesGoAfterADay) {
  fs::create_directories(series_ + "/.tmp-abc/bin");
  remove_unfinished_generations(root_, 0);
  EXPECT_TRUE(fs::exists(series_ + "/.tmp-abc"));
  remove_unfinished_generations(root_, std::time(nullptr) + 2 * kDay);
  EXPECT_FALSE(fs::exists(series_ + "/.tmp-abc"));
}

TEST_F(OldGenerations, ALinkOfASwitchThatWasKilledGoesAfterADay) {
  const std::string folder = root_ + "/profiles/";
  fs::create_symlink("../generations/mine-abc/2", folder + ".tmp-abcdefghijklmnop");
  fs::create_symlink("../generations/theirs-abc/2", folder + ".tmp-abcdefghijklmnoq");
  fs::create_symlink("../generations/mine-abc/2", folder + "kept");
  const auto count = [&] {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
  };
  remove_unfinished_generations(root_, 0);
  EXPECT_EQ(count(), 3);
  remove_unfinished_generations(root_, std::time(nullptr) + 2 * kDay);
  EXPECT_EQ(count(), 2);
  EXPECT_FALSE(fs::is_symlink(folder + ".tmp-abcdefghijklmnop"));
}

} // namespace
} // namespace hdist
