#include "archive/common_top.h"

#include "archive/archive.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hdist {
namespace {

/// Names ending in '/' are directories, in the order of an archive.
std::string top_of(const std::vector<std::string>& entries) {
  CommonTop top;
  for (const std::string& entry : entries) {
    if (entry.ends_with('/'))
      top.add_directory(entry);
    else
      top.add_file(entry);
  }
  std::string text;
  for (const std::string& part : top.components())
    text += part + "/";
  return text;
}

TEST(CommonTop, OfFilesAloneIsTheirCommonDirectory) {
  EXPECT_EQ(top_of({"a/b", "a/c"}), "a/");
  EXPECT_EQ(top_of({"a/b/c", "a/b/d", "a/e"}), "a/");
  EXPECT_EQ(top_of({"a/x"}), "a/");
  EXPECT_EQ(top_of({"a/b/c/d"}), "a/b/c/");
  EXPECT_EQ(top_of({"a/x", "b/y"}), "");
  EXPECT_EQ(top_of({"a/x", "x"}), "");
}

TEST(CommonTop, MayHaveDirectoriesAboveAndBelow) {
  EXPECT_EQ(top_of({"a/", "a/b/", "a/b/c/", "a/b/c/x"}), "a/b/c/");
  EXPECT_EQ(top_of({"a/b/x", "a/b/sub/", "a/b/other/", "a/"}), "a/b/");
}

TEST(CommonTop, IsShortenedUntilEveryDirectoryFits) {
  EXPECT_EQ(top_of({"a/b/x", "a/b/y", "a/empty/"}), "a/");
  EXPECT_EQ(top_of({"a/empty/", "a/b/x", "a/b/y"}), "a/");
  EXPECT_EQ(top_of({"a/b/", "a/c/", "a/b/x"}), "a/");
  EXPECT_EQ(top_of({"a/b/c/d/", "a/b/x/y"}), "a/b/");
  EXPECT_EQ(top_of({"a/x", "b/"}), "");
  EXPECT_EQ(top_of({"b/", "a/x"}), "");
}

TEST(CommonTop, OfDirectoriesAloneIsNothing) {
  EXPECT_EQ(top_of({"a/", "a/b/"}), "");
  EXPECT_EQ(top_of({}), "");
}

/// The rule as it is written, without the economy of memory.
std::string rule(const std::vector<std::string>& entries) {
  std::vector<std::vector<std::string>> files, directories;
  for (const std::string& entry : entries)
    (entry.ends_with('/') ? directories : files).push_back(path_components(entry));
  if (files.empty()) return "";
  auto is_prefix = [](const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return a.size() <= b.size() && std::equal(a.begin(), a.end(), b.begin());
  };
  std::vector<std::string> top = files.front();
  top.pop_back();
  auto fits = [&] {
    bool all = true;
    for (const std::vector<std::string>& file : files)
      all = all && file.size() > top.size() && is_prefix(top, file);
    for (const std::vector<std::string>& directory : directories)
      all = all && (is_prefix(top, directory) || is_prefix(directory, top));
    return all;
  };
  while (!fits())
    top.pop_back();
  std::string text;
  for (const std::string& part : top)
    text += part + "/";
  return text;
}

TEST(CommonTop, FollowsTheRuleForEverySmallArchive) {
  const std::vector<std::string> choices = {"a/",  "a/b/",  "a/b/c/", "a/d/",   "e/",
                                            "a/x", "a/b/x", "a/d/x",  "a/b/c/x"};
  for (unsigned code = 0; code < 9U * 9 * 9 * 9; ++code) {
    std::vector<std::string> entries;
    for (unsigned rest = code, i = 0; i < 4; ++i, rest /= 9)
      entries.push_back(choices[rest % 9]);
    ASSERT_EQ(top_of(entries), rule(entries)) << testing::PrintToString(entries);
  }
}

} // namespace
} // namespace hdist
