#include "store/inventory.h"

#include "store/condemned.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <ctime>

namespace hdist {
namespace {

class InventoryTest : public testing::Test {
protected:
  ArtifactId old_artifact(const std::string& name, const std::vector<ArtifactId>& imports = {}) {
    ArtifactId id = test_id(name);
    build_and_publish(store_, id, imports);
    const struct timespec times[2] = {{0, UTIME_OMIT}, {kThen, 0}};
    const std::string record = path_ + "/" + name + "/" + record_name(id);
    EXPECT_EQ(::utimensat(AT_FDCWD, record.c_str(), times, 0), 0);
    return id;
  }

  static constexpr int64_t kThen = 1'700'000'000;
  TempDir tmp_;
  std::string path_ = tmp_.path() + "/store";
  ArtifactStore store_ = ArtifactStore::open(path_, test_options());
};

TEST_F(InventoryTest, SaysOfEachWhatKeepsItAndByWhichWay) {
  const ArtifactId low = old_artifact("low");
  const ArtifactId app = old_artifact("app", {low});
  old_artifact("lone");
  store_.add_root(path_ + "/" + app.short_text());
  const Inventory inventory = store_.inventory({});
  ASSERT_EQ(inventory.artifacts.size(), 3u);
  EXPECT_EQ(inventory.artifacts[0].id, app);
  ASSERT_TRUE(inventory.artifacts[0].kept);
  EXPECT_TRUE(inventory.artifacts[0].kept->chain.empty());
  EXPECT_FALSE(inventory.artifacts[1].kept);
  ASSERT_TRUE(inventory.artifacts[2].kept);
  EXPECT_EQ(inventory.artifacts[2].kept->kind, GcReason::Kind::root);
  EXPECT_EQ(inventory.artifacts[2].kept->text, path_ + "/" + app.short_text());
  EXPECT_EQ(inventory.artifacts[2].kept->chain, std::vector<ArtifactId>{app});
}

TEST_F(InventoryTest, SizeAndLastUseAreThoseOfTheRecord) {
  const ArtifactId id = old_artifact("one");
  const StoredArtifact artifact = store_.inventory({}).artifacts.at(0);
  EXPECT_EQ(artifact.size_bytes, store_.find(id)->size_bytes);
  EXPECT_EQ(artifact.last_use_s, kThen);
  EXPECT_EQ(store_.last_use(id), kThen);
  EXPECT_EQ(store_.last_use(test_id("none")), std::nullopt);
}

TEST_F(InventoryTest, WhatCannotBeReadIsSaidAndTheRestIsThere) {
  old_artifact("one");
  const ArtifactId bad = old_artifact("bad");
  store_.add_root(path_ + "/" + bad.short_text());
  const std::string record = path_ + "/bad/" + record_name(bad);
  ASSERT_EQ(::chmod(record.c_str(), 0644), 0);
  write_file(record, "{");
  const Inventory inventory = store_.inventory({});
  EXPECT_EQ(inventory.artifacts.size(), 2u);
  EXPECT_FALSE(inventory.unreadable.empty());
}

TEST_F(InventoryTest, ALookChangesNothing) {
  old_artifact("one");
  const std::string before = names_in(store_, "one");
  store_.inventory({});
  EXPECT_EQ(names_in(store_, "one"), before);
}

} // namespace
} // namespace hdist
