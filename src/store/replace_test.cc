#include "store/artifact_store.h"
#include "store/condemned.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class ReplaceTest : public testing::Test {
protected:
  ReplaceTest() { build_and_publish(store_, id_); }

  /// Builds once more beside it, and does `instead` with the result.
  void again(ArtifactStore::Instead instead) {
    Attempt attempt = std::get<Attempt>(store_.claim_beside(id_, std::move(instead)));
    ArtifactRecord record = build(store_, attempt);
    store_.prepare(attempt, record);
    EXPECT_TRUE(store_.publish(std::move(attempt), record));
  }
  void replace() {
    again([this](const Attempt& attempt, const ArtifactRecord& record) {
      store_.replace(attempt, record);
      return true;
    });
  }
  std::string file(const std::string& name) const { return store_.path() + "/tool/" + name; }

  TempDir tmp_;
  ArtifactStore store_ = ArtifactStore::open(tmp_.path() + "/store", test_options());
  ArtifactId id_ = test_id("tool");
};

TEST_F(ReplaceTest, WhatIsOnlyLookedAtGoesAgain) {
  const std::string before = names_in(store_, "tool");
  std::string seen;
  again([&](const Attempt& attempt, const ArtifactRecord& record) {
    seen = record.directory;
    EXPECT_TRUE(fs::exists(attempt.path() + "/bin/tool"));
    return false;
  });
  EXPECT_EQ(seen, "aaaaaaaaaaaa.2");
  EXPECT_EQ(names_in(store_, "tool"), before);
}

TEST_F(ReplaceTest, TheNewTreeIsTheArtifactAndTheOldPathLeadsThere) {
  replace();
  EXPECT_EQ(store_.find(id_)->directory, "aaaaaaaaaaaa.2");
  EXPECT_EQ(fs::read_symlink(file("aaaaaaaaaaaa")), "aaaaaaaaaaaa.2");
  EXPECT_EQ(damage_of(store_), "");
  EXPECT_EQ(names_in(store_, "tool"), "aaaaaaaaaaaa aaaaaaaaaaaa.2 " + record_name(id_));
}

TEST_F(ReplaceTest, EachFormerPathLeadsToTheNewest) {
  replace();
  replace();
  EXPECT_EQ(store_.find(id_)->directory, "aaaaaaaaaaaa.3");
  for (const char* former : {"aaaaaaaaaaaa", "aaaaaaaaaaaa.2"})
    EXPECT_EQ(fs::canonical(file(former)), fs::canonical(file("aaaaaaaaaaaa.3")));
}

TEST_F(ReplaceTest, AHolderOfTheRightToBuildIsNotPushedAside) {
  Attempt other = std::get<Attempt>(store_.claim_beside(id_, {}));
  EXPECT_TRUE(std::holds_alternative<Busy>(store_.claim_beside(id_, {})));
}

TEST_F(ReplaceTest, WhatAKillLeftBetweenTheTwoStepsIsFoundAndFinished) {
  replace();
  fs::remove(file("aaaaaaaaaaaa")); // as if the places had not been changed yet
  fs::create_directories(file("aaaaaaaaaaaa/_hashdist"));
  write_file(file("aaaaaaaaaaaa/_hashdist/build.json"), "{}");
  const ArtifactRecord record = *store_.find(id_);
  EXPECT_TRUE(store_.replaced_trees(record).empty()); // of something else
}

} // namespace
} // namespace hdist
