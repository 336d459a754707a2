#include "source/copy_item.h"

#include "source/source_testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(CopyItem, TheCopyIsThereWithItsAddressesAndOnlyOnce) {
  StoreLab lab;
  SourceStore other = SourceStore::open(lab.path("other"));
  SourceItem item = lab.put(SourceType::tar_gz, fake_tar_gz("x"), "https://h/x.tar.gz");
  EXPECT_TRUE(copy_item(item, other));
  std::optional<SourceItem> copy = other.find(item.key);
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->path, lab.path("other/packs/tar.gz/") + item.key.digest());
  EXPECT_EQ(read_file(copy->path), fake_tar_gz("x"));
  ASSERT_EQ(copy->addresses.size(), 1U);
  EXPECT_EQ(copy->addresses[0].url, "https://h/x.tar.gz");
  EXPECT_FALSE(other.find_address("https://h/x.tar.gz")) << "it was not asked";
  EXPECT_FALSE(copy_item(item, other));
}

TEST(CopyItem, WhatIsDamagedOrGoneIsNotCopied) {
  StoreLab lab;
  SourceStore other = SourceStore::open(lab.path("other"));
  SourceItem item = lab.put(SourceType::file, "content");
  std::filesystem::permissions(item.path, std::filesystem::perms::owner_all);
  write_file(item.path, "CONTENT");
  EXPECT_EQ(code_of([&] { copy_item(item, other); }), "source.corrupt");
  std::filesystem::remove(item.path);
  EXPECT_EQ(code_of([&] { copy_item(item, other); }), "source.moved");
  EXPECT_TRUE(other.list().empty());
  EXPECT_EQ(StoreLab::count(lab.path("other/tmp")), 0U);
  SourceItem commit{.key = *SourceKey::parse("git:" + std::string(40, 'a'))};
  EXPECT_EQ(code_of([&] { copy_item(commit, other); }), "source.not-a-file");
}

} // namespace
} // namespace hdist
