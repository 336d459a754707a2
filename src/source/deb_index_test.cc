#include "source/deb_index.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

const std::string kSha(64, 'a');

TEST(DebIndex, AReleaseFileNamesItsIndexes) {
  const DebRelease release = parse_release(
      "Origin: Debian\nValid-Until: Sat, 30 Nov 2024 12:00:00 UTC\nAcquire-By-Hash: yes\n"
      "MD5Sum:\n " +
      std::string(32, 'b') + " 5 main/source/Sources.xz\nSHA256:\n " + kSha +
      " 1234 main/source/Sources.xz\n " + kSha + " junk x\n " + kSha +
      " 1 ../climbs\nSuite: stable\n");
  ASSERT_EQ(release.files.size(), 1U);
  EXPECT_EQ(release.files.at("main/source/Sources.xz").size_bytes, 1234);
  EXPECT_EQ(release.files.at("main/source/Sources.xz").sha256_hex, kSha);
  EXPECT_EQ(release.valid_until, "Sat, 30 Nov 2024 12:00:00 UTC");
  EXPECT_TRUE(release.has_by_hash);
  EXPECT_EQ(parse_release("Suite: x\n").valid_until, "");
}

TEST(DebIndex, ADigestHasHexadecimalDigitsAlone) {
  for (const std::string& digest : {std::string(61, 'a') + "/..", std::string(64, 'g'),
                                    std::string(63, 'a'), "../" + std::string(61, 'a')})
    EXPECT_TRUE(parse_release("SHA256:\n " + digest + " 1 x\n").files.empty()) << digest;
  EXPECT_EQ(parse_release("SHA256:\n " + std::string(64, 'A') + " 1 x\n").files.at("x").sha256_hex,
            kSha);
}

TEST(DebIndex, TimesOfAReleaseAreUniversal) {
  EXPECT_EQ(parse_release_time("Thu, 01 Jan 1970 00:00:10 UTC"), 10);
  EXPECT_EQ(parse_release_time("Sat, 30 Nov 2024 12:00:00 UTC"), 1732968000);
  EXPECT_EQ(parse_release_time("Sat,  7 Dec 2024  9:05:03 GMT"), 1733562303);
  for (const char* text : {"", "tomorrow", "Sat, 30 Nov 2024 12:00:00 CET", "2024-11-30",
                           "Sat, 30 Foo 2024 12:00:00 UTC", "Sat, 30 anF 2024 12:00:00 UTC",
                           "Sat, 99 Nov 2024 12:00:00 UTC", "Sat, 30 Nov 2024 12:00:00 UTC x",
                           "Sat, 30 Nov 2024 25:00:00 UTC"})
    EXPECT_FALSE(parse_release_time(text)) << text;
}

std::string paragraph(const std::string& directory = "pool/main/l/lua") {
  return "Package: lua\nBinary: lua, liblua\nVersion: 5.4-1\nFiles:\n " + std::string(32, 'c') +
         " 7 lua_5.4.orig.tar.gz\nChecksums-Sha256:\n " + std::string(64, 'd') +
         " 9 lua_5.4-1.dsc\n " + kSha + " 7 lua_5.4.orig.tar.gz\nDirectory: " + directory + "\n";
}

TEST(DebIndex, AParagraphSaysWhereAFileIsAndWhatItContains) {
  const std::optional<DebListed> listed =
      listed_in(paragraph(), {"lua", "", "lua_5.4.orig.tar.gz"});
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->version, "5.4-1");
  EXPECT_EQ(listed->directory, "pool/main/l/lua");
  EXPECT_EQ(listed->file.sha256_hex, kSha);
  EXPECT_EQ(listed->file.size_bytes, 7);
  EXPECT_TRUE(listed_in(paragraph(), {"lua", "5.4-1", "lua_5.4-1.dsc"}));
}

TEST(DebIndex, AParagraphOfSomethingElseIsPassedOver) {
  EXPECT_FALSE(listed_in(paragraph(), {"lua", "5.4-2", "lua_5.4.orig.tar.gz"}));
  EXPECT_FALSE(listed_in(paragraph(), {"lu", "", "lua_5.4.orig.tar.gz"}));
  EXPECT_FALSE(listed_in(paragraph(), {"lua", "", "lua_5.4.orig.tar.xz"}));
  for (const char* directory : {"../../etc", "pool/../../x", "/pool", "", "pool//x", "a b"})
    EXPECT_FALSE(listed_in(paragraph(directory), {"lua", "", "lua_5.4.orig.tar.gz"})) << directory;
}

TEST(DebIndex, ParagraphsAreCutWhereverThePiecesEnd) {
  const std::string text = "Package: a\nX: 1\n\nPackage: b\n\nPackage: c\n";
  for (std::size_t size = 1; size < text.size(); ++size) {
    std::vector<std::string> found;
    Paragraphs paragraphs([&](std::string_view one) { found.emplace_back(one); });
    for (std::size_t at = 0; at < text.size(); at += size)
      paragraphs.feed(std::string_view(text).substr(at, size));
    paragraphs.finish();
    EXPECT_EQ(found,
              (std::vector<std::string>{"Package: a\nX: 1\n", "Package: b\n", "Package: c\n"}))
        << size;
  }
}

} // namespace
} // namespace hdist
