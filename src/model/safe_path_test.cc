#include "model/safe_path.h"

#include <gtest/gtest.h>

#include <string>

namespace hdist {
namespace {

TEST(SafePath, StaysBelowWhereItStarts) {
  for (const char* path : {"a", "a/b", "...", "a/..b", ".hidden", "a b/\xff"})
    EXPECT_TRUE(is_safe_relative_path(path)) << path;
  for (const char* path : {"", "/", "/a", "a/", "a//b", ".", "./a", "a/.", "..", "../a", "a/../b"})
    EXPECT_FALSE(is_safe_relative_path(path)) << path;
}

TEST(SafePath, HasNoNulAndABoundedLength) {
  EXPECT_FALSE(is_safe_relative_path(std::string_view("a\0b", 3)));
  EXPECT_TRUE(is_safe_relative_path(std::string(4095, 'a')));
  EXPECT_FALSE(is_safe_relative_path(std::string(4096, 'a')));
}

} // namespace
} // namespace hdist
