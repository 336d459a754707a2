#include "store/compare_trees.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class CompareTrees : public testing::Test {
protected:
  std::vector<TreeDifference> differences() const {
    return compare_trees(Dir::create(first_), "abcdefghijkl", Dir::create(second_),
                         "abcdefghijkl.2");
  }
  std::string text() const {
    std::string text;
    for (const TreeDifference& one : differences())
      text += (text.empty() ? "" : ", ") + one.what + " " + one.path;
    return text;
  }
  TempDir tmp_;
  std::string first_ = tmp_.path() + "/a", second_ = tmp_.path() + "/b";
};

TEST_F(CompareTrees, NamesOfTheTwoPlacesAreTheSame) {
  write_file(first_ + "/f", "at /s/tool/abcdefghijkl/bin");
  write_file(second_ + "/f", "at /s/tool/abcdefghijkl.2/bin");
  fs::create_symlink("../abcdefghijkl/bin", first_ + "/l");
  fs::create_symlink("../abcdefghijkl.2/bin", second_ + "/l");
  write_file(first_ + "/_hashdist/log", "1");
  write_file(second_ + "/_hashdist/log", "2");
  EXPECT_EQ(text(), "");
}

TEST_F(CompareTrees, EveryKindOfDifferenceIsFound) {
  for (const std::string& root : {first_, second_}) {
    write_file(root + "/same", "x");
    write_file(root + "/mode", "x");
  }
  write_file(first_ + "/gone", "x");
  write_file(second_ + "/new", "x");
  fs::permissions(second_ + "/mode", fs::perms::owner_all);
  fs::create_symlink("a", first_ + "/link");
  fs::create_symlink("b", second_ + "/link");
  fs::create_directory(first_ + "/type");
  write_file(second_ + "/type", "x");
  EXPECT_EQ(text(), "only in the first gone, target link, mode mode, only in the second new, "
                    "type type");
}

TEST_F(CompareTrees, TheFirstBytesThatDifferAreShownWithThoseAround) {
  write_file(first_ + "/f", "0123456789 built at 10:00 and more text");
  write_file(second_ + "/f", "0123456789 built at 10:07 and more text");
  const TreeDifference one = differences().at(0);
  ASSERT_TRUE(one.bytes);
  EXPECT_EQ(one.bytes->offset, 24);
  EXPECT_EQ(one.bytes->first, " at 10:00 and mo");
  EXPECT_EQ(one.bytes->second, " at 10:07 and mo");
  EXPECT_FALSE(one.names_itself);
}

TEST_F(CompareTrees, AFileThatIsOnlyLongerDiffersAtItsEnd) {
  write_file(first_ + "/f", "abc");
  write_file(second_ + "/f", "abcd /abcdefghijkl.2");
  const TreeDifference one = differences().at(0);
  EXPECT_EQ(one.bytes->offset, 3);
  EXPECT_EQ(one.bytes->first, "abc");
  EXPECT_TRUE(one.names_itself);
}

} // namespace
} // namespace hdist
