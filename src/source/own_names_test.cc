#include "source/own_names.h"

#include "data/digest.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace hdist {
namespace {

const std::string kDigest = sha256("x").base32();
const std::string kRandom20 = "abcdefghijklmnop2345";

TEST(OwnNames, UnfinishedThings) {
  for (const std::string& name : std::initializer_list<std::string>{
           kRandom20, "damaged-" + kRandom20, "part-" + kDigest, "part-" + kDigest + ".version"})
    EXPECT_TRUE(is_unfinished_name(name)) << name;
  for (const std::string& name : std::initializer_list<std::string>{
           "", "thesis", kRandom20 + "a", kRandom20.substr(1), "abcdefghijklmnop2348",
           kRandom20 + ".version", "damaged-photo", "part-" + kRandom20, "part-" + kDigest + ".mp3",
           "part-" + kDigest + ".version.version", kDigest})
    EXPECT_FALSE(is_unfinished_name(name)) << name;
}

TEST(OwnNames, HalfWrittenFiles) {
  EXPECT_TRUE(is_half_written_name(".tmp-abcdefghijkl2345"));
  for (const char* name : {".tmp-", ".tmp-abcdefghijkl234", ".tmp-abcdefghijkl23456", "x"})
    EXPECT_FALSE(is_half_written_name(name)) << name;
}

TEST(OwnNames, Addresses) {
  EXPECT_TRUE(is_address_name(kDigest));
  EXPECT_FALSE(is_address_name("bookmarks"));
  EXPECT_FALSE(is_address_name(kDigest + ".txt"));
}

TEST(OwnNames, Users) {
  EXPECT_TRUE(is_user_name("1700000000-abcdefghij27"));
  for (const char* name : {"file", "12-notes", "-abcdefghij27", "1700000000-abcdefghij2",
                           "1700000000-abcdefghij27x", "17e9-abcdefghij27", "1700000000", ""})
    EXPECT_FALSE(is_user_name(name)) << name;
}

TEST(OwnNames, Condemned) {
  const std::string commit = "git-" + std::string(40, 'a');
  for (const std::string& name : std::initializer_list<std::string>{
           "file-" + kDigest, "tar.gz-" + kDigest + ".item", commit, commit + ".item"})
    EXPECT_TRUE(is_condemned_name(name)) << name;
  for (const std::string& name : std::initializer_list<std::string>{
           "file", "file-x", "other-" + kDigest, "file-" + kDigest + ".txt",
           "file-" + kDigest.substr(0, 32), kDigest, "targz-" + kDigest})
    EXPECT_FALSE(is_condemned_name(name)) << name;
}

} // namespace
} // namespace hdist
