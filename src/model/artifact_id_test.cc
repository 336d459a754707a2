#include "model/artifact_id.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(ArtifactId, ANameIsOneDirectoryThatIsNoOption) {
  for (const char* name : {"a", "zlib", "gtk+", "_x", "+x", "7zip", "libstdc++", "A-b_C+9"})
    EXPECT_TRUE(is_valid_name(name)) << name;
  for (const char* name :
       {"", ".", "..", "-x", "a/b", "a b", "a.b", "a\n", "caf\xc3\xa9", "a:b", "roots"})
    EXPECT_FALSE(is_valid_name(name)) << name;
  EXPECT_TRUE(is_valid_name("root"));
  EXPECT_FALSE(ArtifactId::parse("roots/" + std::string(32, 'a')));
  EXPECT_TRUE(is_valid_name(std::string(100, 'a')));
  EXPECT_FALSE(is_valid_name(std::string(101, 'a')));
  EXPECT_FALSE(is_valid_name(std::string_view("a\0b", 3)));
}

TEST(ArtifactId, ParsesWhatItPrintsAndNothingElse) {
  std::string text = "foo/ettp5gcrf3gswgec45quew4eohe6hjph";
  std::optional<ArtifactId> id = ArtifactId::parse(text);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->str(), text);
  EXPECT_EQ(id->name(), "foo");
  EXPECT_EQ(id->hash32(), "ettp5gcrf3gswgec45quew4eohe6hjph");
  EXPECT_EQ(id->hash12(), "ettp5gcrf3gs");
  EXPECT_EQ(id->short_text(), "foo/ettp5gcrf3gs");
  for (const char* bad :
       {"", "foo", "foo/", "foo/ettp5gcrf3gs", "foo/ETTP5GCRF3GSWGEC45QUEW4EOHE6HJPH",
        "foo/ettp5gcrf3gswgec45quew4eohe6hjp1", "fo/o/ettp5gcrf3gswgec45quew4eohe6hjph",
        "foo/ettp5gcrf3gswgec45quew4eohe6hjpha", "../ettp5gcrf3gswgec45quew4eohe6hjph",
        " foo/ettp5gcrf3gswgec45quew4eohe6hjph", "/ettp5gcrf3gswgec45quew4eohe6hjph"})
    EXPECT_FALSE(ArtifactId::parse(bad)) << bad;
}

TEST(ArtifactId, IsMadeOfTheFirst160BitsOfADigest) {
  EXPECT_EQ(ArtifactId::make("x", sha256("abc")).str(), "x/xj4bnp4pahh6uqkbidpf3lrceoyagynd");
  EXPECT_EQ(message_of([] { ArtifactId::make("fo/o", sha256("abc")); }).substr(0, 42),
            "\"fo/o\" cannot be the name of an artifact: ");
}

TEST(ArtifactId, IsOrderedByItsText) {
  EXPECT_LT(ArtifactId::make("a", sha256("1")), ArtifactId::make("b", sha256("0")));
  EXPECT_EQ(ArtifactId::make("a", sha256("1")), ArtifactId::make("a", sha256("1")));
}

} // namespace
} // namespace hdist
