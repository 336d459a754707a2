#include "source/mirrors.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

const std::string kDigest = sha256("x").base32();

std::vector<std::string> urls(const std::vector<std::string>& mirrors,
                              const std::vector<SourceCandidate>& candidates) {
  std::vector<std::string> found;
  for (const MirrorPlace& place : mirror_places(mirrors, {candidates}))
    found.push_back(place.url);
  return found;
}

TEST(Mirrors, AreAskedAtTheItemsPlaceEachOnce) {
  std::optional<Expectation> key = Expectation::parse("tar.gz:" + kDigest);
  EXPECT_EQ(urls({"http://m/", "/srv/sources"}, {{"http://a/x", key}, {"http://b/x", key}}),
            (std::vector<std::string>{"http://m/packs/tar.gz/" + kDigest,
                                      "/srv/sources/packs/tar.gz/" + kDigest}));
}

TEST(Mirrors, HaveNoPlaceForWhatIsNotExactlyKnown) {
  EXPECT_TRUE(urls({"http://m"}, {{"http://a/x", {}}}).empty());
  EXPECT_TRUE(
      urls({"http://m"}, {{"http://a/x", Expectation::parse("file:" + kDigest.substr(0, 32))}})
          .empty());
  EXPECT_TRUE(
      urls({"http://m"}, {{"x", Expectation::parse("git:" + std::string(40, 'a'))}}).empty());
}

TEST(Mirrors, ADigestIsLookedForAsTheTypeThatTheAddressShows) {
  std::optional<Expectation> digest = Expectation::parse("sha256:" + sha256("x").hex());
  EXPECT_EQ(urls({"http://m"}, {{"http://a/x.tar.xz", digest}}),
            std::vector<std::string>{"http://m/packs/tar.xz/" + kDigest});
  EXPECT_EQ(urls({"http://m"}, {{"http://a/x.patch", digest}}),
            std::vector<std::string>{"http://m/packs/file/" + kDigest});
}

} // namespace
} // namespace hdist
