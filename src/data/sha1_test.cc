#include "data/sha1.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

std::string sha1(std::string_view first, std::string_view second = "") {
  Sha1 hash;
  hash.update(first);
  hash.update(second);
  return hash.finish_hex();
}

TEST(Sha1, GivesTheKnownDigests) {
  EXPECT_EQ(sha1(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(sha1("ab", "c"), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(Sha1, NamesABlobAsGitDoes) {
  EXPECT_EQ(sha1(std::string("blob 6\0", 7), "hello\n"),
            "ce013625030ba8dba906f756967f9e9ca394464a");
}

} // namespace
} // namespace hdist
