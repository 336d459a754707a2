#include "store/gc_roots.h"

#include "store/condemned.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class GcRoots : public testing::Test {
protected:
  static std::string text(const std::vector<FollowedRoot>& roots) {
    std::string text;
    for (const FollowedRoot& root : roots) {
      text += root.path + (root.process ? "(process)" : "");
      if (root.state == FollowedRoot::State::gone) text += "(gone)";
      if (root.state == FollowedRoot::State::unreadable) text += "(unreadable)";
      for (const ArtifactId& id : root.ids)
        text += " " + id.name();
      text += "\n";
    }
    return text;
  }
  TempDir tmp_;
  std::string path_ = tmp_.path() + "/store";
  ArtifactStore store_ = ArtifactStore::open(path_, test_options());
  ArtifactId id_ = test_id("lua");
};

TEST_F(GcRoots, RootsThenProcessesEachWithWhatItLeadsTo) {
  build_and_publish(store_, id_);
  std::string at = path_ + "/" + id_.short_text();
  store_.add_root(at);
  store_.add_root(tmp_.path() + "/missing");
  store_.hold({test_id("other")});
  store_.hold_for_process(at);
  std::string found = text(store_.follow_roots());
  EXPECT_TRUE(found.starts_with(tmp_.path() + "/missing(gone)\n" + at + " lua\n")) << found;
  EXPECT_NE(found.find("\n(process) other\n"), std::string::npos) << found;
  EXPECT_NE(found.find("\n" + at + "(process) lua\n"), std::string::npos) << found;
}

TEST_F(GcRoots, PathsMayBeAddedAndLeftOut) {
  build_and_publish(store_, id_);
  std::string at = path_ + "/" + id_.short_text();
  EXPECT_EQ(text({store_.follow(at)}), at + " lua\n");
  EXPECT_EQ(text(store_.follow_roots({.also = {at}})), at + " lua\n");
  store_.add_root(at);
  EXPECT_EQ(text(store_.follow_roots({.also = {at}, .except = {at}})), "");
  std::string folder = tmp_.path() + "/none";
  EXPECT_EQ(text(store_.follow_roots({.more_roots = {folder}, .except = {at}})), "(unreadable)\n");
}

TEST_F(GcRoots, ACondemnedArtifactIsLedToAsWell) {
  build_and_publish(store_, id_);
  fs::rename(path_ + "/lua/" + record_name(id_), path_ + "/lua/" + condemned_name(id_));
  std::string at = path_ + "/" + id_.short_text();
  EXPECT_EQ(text({store_.follow(at)}), at + " lua\n");
}

TEST_F(GcRoots, OfTwinsOnlyTheOneInTheDirectoryIsMeantUnlessThatCannotBeTold) {
  ArtifactId twin = *ArtifactId::parse("lua/" + std::string(12, 'a') + std::string(20, 'b'));
  build_and_publish(store_, id_);
  ArtifactRecord second = build_and_publish(store_, twin);
  EXPECT_EQ(store_.follow(store_.path_of(second)).ids, std::vector<ArtifactId>{twin});
  std::string record = path_ + "/lua/" + record_name(twin);
  fs::remove(record);
  write_file(record, "{");
  EXPECT_EQ(store_.follow(store_.path_of(second)).ids.size(), 2u);
}

} // namespace
} // namespace hdist
