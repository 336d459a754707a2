#include "source/item_check.h"

#include "source/source_testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

TEST(ItemCheck, DamageIsFoundByReadingIt) {
  StoreLab lab;
  const SourceItem item = lab.put(SourceType::file, "content");
  std::filesystem::permissions(item.path, std::filesystem::perms::owner_all);
  write_file(item.path, "changed");
  EXPECT_EQ(code_of([&] { lab.store.verify(item); }), "source.corrupt");
  EXPECT_FALSE(lab.store.find(item.key));
  EXPECT_EQ(lab.store.find_any(item.key)->state, SourceState::damaged);
  write_file(item.path, "content");
  lab.store.verify(item);
  EXPECT_TRUE(lab.store.find(item.key));
}

TEST(ItemCheck, WhatCannotBeReadIsNotDamaged) {
  StoreLab lab;
  const SourceItem item = lab.put(SourceType::file, "content");
  std::filesystem::remove(item.path);
  EXPECT_EQ(code_of([&] { lab.store.verify(item); }), "system.ENOENT");
}

} // namespace
} // namespace hdist
