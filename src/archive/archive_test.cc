#include "archive/archive.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

using namespace std::string_literals;

std::string kind_name(std::string_view bytes) {
  std::optional<ArchiveKind> kind = archive_kind_of(bytes);
  return kind ? archive_kind_name(*kind) : "none";
}

TEST(ArchiveKind, IsKnownByTheFirstBytes) {
  EXPECT_EQ(kind_name("\x1f\x8b\x08\0\0"s), "tar.gz");
  EXPECT_EQ(kind_name("BZh91AY"), "tar.bz2");
  EXPECT_EQ(kind_name("\xfd\x37zXZ\0\0"s), "tar.xz");
  EXPECT_EQ(kind_name("\x28\xb5\x2f\xfd\4"s), "tar.zst");
  EXPECT_EQ(kind_name("PK\3\4\24"s), "zip");
  EXPECT_EQ(kind_name("PK\5\6\0\0"s), "zip");
}

TEST(ArchiveKind, OfATarFileIsSeenByTheChecksumOfItsFirstHeader) {
  std::string block(512, '\0');
  block.replace(0, 1, "x");
  block.replace(148, 7, "000570\0"s); // 'x' and eight blanks
  EXPECT_EQ(kind_name(block), "tar");
  block[1] = 'y';
  EXPECT_EQ(kind_name(block), "none");
}

TEST(ArchiveKind, OfATarFileWithoutMembersIsTar) {
  EXPECT_EQ(kind_name(std::string(10240, '\0')), "tar");
}

TEST(ArchiveKind, OfAWebPageOrAShortOrEmptyFileIsNone) {
  EXPECT_EQ(kind_name("<!DOCTYPE html><html>"), "none");
  EXPECT_EQ(kind_name("<!DOCTYPE html>" + std::string(1000, ' ')), "none");
  EXPECT_EQ(kind_name(std::string(511, '\0')), "none");
  EXPECT_EQ(kind_name(""), "none");
}

TEST(SafeEntryPath, IsNormalized) {
  EXPECT_EQ(safe_entry_path("a/./b//c"), "a/b/c");
  EXPECT_EQ(safe_entry_path("./a/"), "a");
  EXPECT_EQ(safe_entry_path("..a/b.."), "..a/b..");
  EXPECT_EQ(safe_entry_path("\xff\xfe"), "\xff\xfe");
}

TEST(SafeEntryPath, RefusesWhatClimbsIsAbsoluteEmptyOrHasANul) {
  for (const std::string& name :
       {"/a"s, "//a"s, "../a"s, "a/../b"s, "a/.."s, ".."s, ""s, "."s, "./"s, "a\0b"s})
    EXPECT_EQ(safe_entry_path(name), std::nullopt) << name;
}

TEST(CommonComponents, AreTheLeadingDirectoriesOfAllFiles) {
  using Paths = std::vector<std::string>;
  EXPECT_EQ(common_components(Paths{"a/b/x", "a/b/y"}, Paths{}), 2);
  EXPECT_EQ(common_components(Paths{"a/b/c", "a/b/d", "a/e"}, Paths{}), 1);
  EXPECT_EQ(common_components(Paths{"foo/x", "foobar/y"}, Paths{}), 0);
  EXPECT_EQ(common_components(Paths{"x"}, Paths{}), 0);
}

} // namespace
} // namespace hdist
