#include "source/item_place.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <set>

namespace hdist {
namespace {

TEST(ItemPlace, IsTheDocumentedLayoutThatMirrorsCopy) {
  Digest digest = sha256("");
  auto place = [&](SourceType type) { return item_place(SourceKey::make(type, digest)); };
  std::string text = digest.base32();
  EXPECT_EQ(place(SourceType::tar_gz), "packs/tar.gz/" + text);
  EXPECT_EQ(place(SourceType::zip), "packs/zip/" + text);
  EXPECT_EQ(place(SourceType::file), "packs/file/" + text);
  EXPECT_EQ(place(SourceType::files), "files/" + text);
  EXPECT_EQ(place(SourceType::dir), "dirs/" + text);
}

TEST(ItemPlace, ACommitHasAPlaceForItsNote) {
  EXPECT_EQ(item_place(*SourceKey::parse("git:" + std::string(40, 'a'))),
            "commits/" + std::string(40, 'a'));
}

TEST(ItemPlace, TypesOfPublishedBytesAreArchivesAndFiles) {
  std::set<SourceType> types(types_of_bytes().begin(), types_of_bytes().end());
  EXPECT_EQ(types.size(), 7U);
  EXPECT_TRUE(types.contains(SourceType::file));
  EXPECT_FALSE(types.contains(SourceType::files));
  EXPECT_FALSE(types.contains(SourceType::dir));
}

} // namespace
} // namespace hdist
