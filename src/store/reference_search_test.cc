#include "store/reference_search.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

ArtifactId id(const std::string& name, const std::string& hash12) {
  return *ArtifactId::parse(name + "/" + hash12 + "bbbbbbbbbbbbbbbbbbbb");
}

ScanOptions options() {
  return {.store_roots = {"/s", "/home/me/s/", "/home//me"},
          .self_directory = "self/aaaaaaaaaaaa.2",
          .self = id("self", "aaaaaaaaaaaa"),
          .candidates = {{id("zlib", "cccccccccccc"), "zlib/cccccccccccc"},
                         {id("lua", "dddddddddddd"), "lua/dddddddddddd.3"}}};
}

/// "offset+length target" of each find, in order.
std::string finds(const ReferenceSearch& search, std::string_view data) {
  std::vector<FoundReference> found;
  search.search(data, 0, data.size(), found);
  std::string text;
  for (const FoundReference& one : found)
    text += (text.empty() ? "" : ", ") + std::to_string(one.offset) + "+" +
            std::to_string(one.length) + " " + search.targets()[one.target].name();
  return text;
}
std::string finds(std::string_view data) {
  return finds(ReferenceSearch(options()), data);
}

TEST(ReferenceSearch, AnAbsolutePathIsAPlaceFromRootToDirectory) {
  EXPECT_EQ(finds("x=/s/zlib/cccccccccccc/lib"), "2+20 zlib");
  EXPECT_EQ(finds("/s/zlib/cccccccccccc"), "0+20 zlib");
}

TEST(ReferenceSearch, TheLongestSpellingOfTheRootIsThePlace) {
  EXPECT_EQ(finds("/home/me/s/zlib/cccccccccccc"), "0+28 zlib");
  EXPECT_EQ(finds("/home/me/zlib/cccccccccccc"), "0+26 zlib");
}

TEST(ReferenceSearch, ARelativePathIsAReferenceWithoutAPlace) {
  EXPECT_EQ(finds("$ORIGIN/../../../zlib/cccccccccccc/lib"), "17+0 zlib");
  EXPECT_EQ(finds("/other/zlib/cccccccccccc"), "7+0 zlib");
}

TEST(ReferenceSearch, PathsTouchingOtherTextAreFound) {
  EXPECT_EQ(finds("-I/s/zlib/cccccccccccczzz"), "2+20 zlib");
  EXPECT_EQ(finds("-L/s/zlib/cccccccccccc:/s/zlib/cccccccccccc\n"), "2+20 zlib, 23+20 zlib");
}

TEST(ReferenceSearch, TheNumberOfADirectoryBelongsToThePlace) {
  EXPECT_EQ(finds("/s/lua/dddddddddddd.3/bin"), "0+21 lua");
  EXPECT_EQ(finds("/s/self/aaaaaaaaaaaa.2"), "0+22 self");
}

TEST(ReferenceSearch, ThePlainDirectoryIsALinkToTheNumberedOne) {
  EXPECT_EQ(finds("/s/lua/dddddddddddd/bin"), "0+19 lua");
  EXPECT_EQ(finds("/s/lua/dddddddddddd.31"), "0+19 lua");
}

TEST(ReferenceSearch, ArtifactsThatShareTwelveCharactersAreToldApart) {
  ScanOptions all = options();
  all.candidates.emplace_back(id("sub-zlib", "cccccccccccc"), "sub-zlib/cccccccccccc");
  ArtifactId twin = *ArtifactId::parse("zlib/cccccccccccc77777777777777777777");
  all.candidates.emplace_back(twin, "zlib/cccccccccccc.2");
  ReferenceSearch search(all);
  std::vector<FoundReference> found;
  std::string text = "/s/zlib/cccccccccccc.2 /s/zlib/cccccccccccc.4 /s/zlib/cccccccccccc";
  search.search(text, 0, text.size(), found);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(search.targets()[found[0].target], twin);
  EXPECT_EQ(search.targets()[found[1].target], id("zlib", "cccccccccccc"));
  EXPECT_EQ(search.targets()[found[2].target], id("zlib", "cccccccccccc"));
}

TEST(ReferenceSearch, OtherHashesAndNamesAreNoReferences) {
  EXPECT_EQ(finds("/s/zlib/cccccccccccd"), "");
  EXPECT_EQ(finds("/s/xlib/cccccccccccc"), "");
  EXPECT_EQ(finds("/s/zlib/ccccccccccc"), "");
  EXPECT_EQ(finds("/s/zlib/CCCCCCCCCCCC"), "");
  EXPECT_EQ(finds("cccccccccccc"), "");
  EXPECT_EQ(finds(""), "");
  EXPECT_EQ(finds("/"), "");
}

TEST(ReferenceSearch, ADirectoryOfAnotherFormIsRefused) {
  for (const char* bad :
       {"", "zlib", "/cccccccccccc", "zlib/ccc", "zlib/cccccccccccc.", "zlib/cccccccccccc.x"}) {
    ScanOptions all = options();
    all.self_directory = bad;
    EXPECT_NE(message_of([&] { ReferenceSearch search(all); }), "(no error)") << bad;
  }
}

} // namespace
} // namespace hdist
