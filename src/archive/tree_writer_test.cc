#include "archive/tree_writer.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class TreeWriterTest : public testing::Test {
protected:
  void put(const std::string& path, std::string_view content) {
    Fd file = writer_.create_file(path, false);
    writer_.write_at(file, 0, content);
    writer_.close_file(std::move(file), std::nullopt, std::nullopt);
  }
  std::string at(const std::string& path) const { return tmp_.path() + "/" + path; }

  TempDir tmp_;
  Dir root_ = Dir::open(tmp_.path());
  TreeWriter writer_{root_};
};

TEST_F(TreeWriterTest, HoistsWhatIsBelowTheTopAlsoWhenItHasTheNameOfTheTop) {
  put("a/b/x", "1");
  put("a/b/a/y", "2");
  writer_.hoist({"a", "b"});
  EXPECT_EQ(read_file(at("x")), "1");
  EXPECT_EQ(read_file(at("a/y")), "2");
  EXPECT_EQ(std::distance(fs::directory_iterator(tmp_.path()), {}), 2);
}

TEST_F(TreeWriterTest, DoesNotFollowALinkInThePlaceOfAFile) {
  TempDir outside;
  write_file(outside.path() + "/kept", "kept");
  writer_.add_symlink("x", outside.path() + "/kept", std::nullopt);
  put("x", "new");
  EXPECT_EQ(read_file(outside.path() + "/kept"), "kept");
  EXPECT_EQ(read_file(at("x")), "new");
  EXPECT_FALSE(fs::is_symlink(at("x")));
}

TEST_F(TreeWriterTest, SetsDirectoryTimesAfterTheContent) {
  writer_.add_directory("d", timespec{1'000'000, 0});
  put("d/x", "1");
  writer_.set_directory_times();
  struct stat status {};
  ASSERT_EQ(stat(at("d").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 1'000'000);
}

TEST_F(TreeWriterTest, LinksAFileToItselfWithoutLosingIt) {
  put("x", "1");
  writer_.add_hard_link("x", "x");
  EXPECT_EQ(read_file(at("x")), "1");
}

} // namespace
} // namespace hdist
