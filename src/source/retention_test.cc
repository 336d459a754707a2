#include "source/retention.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

SourceItem item(SourceType type, std::vector<std::string> tags) {
  return {.key = SourceKey::make(type, sha256("x")), .tags = std::move(tags)};
}

TEST(Retention, TagsDecideBeforeTheType) {
  std::vector<RetentionRule> rules{
      {"transient", 7, "7"}, {"ci", 3, "3"}, {"targz", 30, "30"}, {"release", -1, "forever"}};
  auto keep = [&](std::vector<std::string> tags, SourceType type = SourceType::tar_gz) {
    return rule_of(item(type, std::move(tags)), rules).keep_s;
  };
  EXPECT_EQ(keep({}), 30);
  EXPECT_EQ(keep({"transient"}), 7);
  EXPECT_EQ(keep({"ci", "transient"}), 7);
  EXPECT_EQ(keep({"ci", "release"}), -1);
  EXPECT_EQ(keep({"unknown"}), 30);
  EXPECT_EQ(keep({"targz"}, SourceType::zip), -1);
  EXPECT_EQ(keep({}, SourceType::zip), -1);
  EXPECT_EQ(rule_of(item(SourceType::zip, {}), rules).text, "forever");
}

TEST(Retention, ATagIsAWordAndNoType) {
  for (const char* tag : {"transient", "ci-2", "a.b", "x"})
    EXPECT_FALSE(bad_tag(tag)) << tag;
  for (const char* tag : {"", "a b", "-x", "tar.gz", "targz", "git", "dir", "a,b", "a=b", "\n"})
    EXPECT_TRUE(bad_tag(tag)) << tag;
}

} // namespace
} // namespace hdist
