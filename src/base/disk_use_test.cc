#include "base/disk_use.h"

#include "base/dir.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

TEST(DiskUse, AFileOfSeveralNamesCountsOnce) {
  TempDir tmp;
  write_file(tmp.path() + "/d/one", std::string(100'000, 'x'));
  const DiskUse before = disk_use(tmp.path());
  EXPECT_GE(before.size_bytes, 100'000);
  EXPECT_EQ(before.file_count, 1);
  fs::create_hard_link(tmp.path() + "/d/one", tmp.path() + "/two");
  const DiskUse after = disk_use(tmp.path());
  EXPECT_EQ(after.file_count, 1);
  EXPECT_LT(after.size_bytes, before.size_bytes + 100'000);
}

TEST(DiskUse, NothingIsThereWhereNothingIs) {
  TempDir tmp;
  EXPECT_EQ(disk_use(tmp.path() + "/none").size_bytes, 0);
}

TEST(DiskUse, ALinkIsNotFollowed) {
  TempDir tmp;
  write_file(tmp.path() + "/far/file", std::string(100'000, 'x'));
  fs::create_directories(tmp.path() + "/near");
  fs::create_symlink("../far", tmp.path() + "/near/link");
  EXPECT_LT(disk_use(tmp.path() + "/near").size_bytes, 50'000);
}

} // namespace
} // namespace hdist
