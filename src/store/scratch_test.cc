#include "store/store_state.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace hdist {
namespace {

class Scratch : public testing::Test {
protected:
  TempDir tmp_;
  ArtifactStore store_ = ArtifactStore::open(tmp_.path() + "/store", test_options());
  ArtifactId id_ = test_id("zlib");

  /// A process takes the place, writes there and dies.
  void leave_by_dead_process() const {
    const pid_t child = fork();
    if (child == 0) {
      ArtifactStore store = ArtifactStore::open(tmp_.path() + "/store", test_options());
      std::optional<Attempt> attempt = store.claim_scratch(id_, 1);
      if (attempt) write_file(attempt->path() + "/half", "x");
      _exit(attempt ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
  }
};

TEST_F(Scratch, HasTheAskedPlaceAndLeavesNothing) {
  {
    std::optional<Attempt> attempt = store_.claim_scratch(id_, 1);
    ASSERT_TRUE(attempt);
    EXPECT_EQ(attempt->path(), store_.path() + "/zlib/" + id_.hash12());
    write_file(attempt->path() + "/f", "x");
    EXPECT_FALSE(store_.claim_scratch(id_, 1)); // one writer per path
  }
  EXPECT_EQ(names_in(store_, "zlib"), "");
}

TEST_F(Scratch, NobodyWaitsForItAndNobodyBuildsThere) {
  std::optional<Attempt> scratch = store_.claim_scratch(id_, 1);
  ASSERT_TRUE(scratch);
  build_and_publish(store_, id_);
  EXPECT_EQ(store_.find(id_)->directory, id_.hash12() + ".2");
  EXPECT_EQ(store_.find(test_id("zlib", 'b')), std::nullopt);
}

TEST_F(Scratch, APlaceWhereSomebodyBuildsOrBuiltIsTaken) {
  {
    Attempt attempt = must_claim(store_, id_);
    EXPECT_FALSE(store_.claim_scratch(id_, 1));
  }
  build_and_publish(store_, id_);
  EXPECT_FALSE(store_.claim_scratch(id_, 1));
  EXPECT_EQ(store_.claim_scratch(id_)->directory(), id_.hash12() + ".2"); // one that is free
  EXPECT_EQ(damage_of(store_), "");
}

TEST_F(Scratch, IsNeverPublished) {
  std::optional<Attempt> scratch = store_.claim_scratch(id_, 1);
  const ArtifactRecord record = build(store_, *scratch);
  EXPECT_THROW(static_cast<void>(store_.publish(std::move(*scratch), record)), Error);
  EXPECT_FALSE(store_.find(id_));
}

TEST_F(Scratch, OfADeadProcessIsTakenOverByTheNextWithAllThatIsInIt) {
  leave_by_dead_process();
  {
    std::optional<Attempt> next = store_.claim_scratch(id_, 1);
    ASSERT_TRUE(next);
    EXPECT_EQ(read_file(next->path() + "/half"), "x");
  }
  EXPECT_EQ(names_in(store_, "zlib"), "");
}

TEST_F(Scratch, WhatIsLeftIsTakenOverWhenItsProcessHasEnded) {
  const pid_t child = fork();
  if (child == 0) {
    {
      ArtifactStore store = ArtifactStore::open(tmp_.path() + "/store", test_options());
      std::optional<Attempt> attempt = store.claim_scratch(id_, 1);
      write_file(attempt->path() + "/f", "x");
      attempt->leave();
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  std::optional<Attempt> next = store_.claim_scratch(id_, 1);
  ASSERT_TRUE(next);
  EXPECT_EQ(read_file(next->path() + "/f"), "x");
}

TEST_F(Scratch, ADirectoryThatNobodyClaimsIsNotTakenOver) {
  Dir::open(store_.path()).make_dir("zlib").make_dir(id_.hash12());
  EXPECT_FALSE(store_.claim_scratch(id_, 1));
}

TEST_F(Scratch, OfADeadProcessIsCollectedOfALivingNot) {
  leave_by_dead_process();
  std::optional<Attempt> living = store_.claim_scratch(id_, 2);
  write_file(living->path() + "/f", "x");
  RecordedEvents events;
  store_.collect({.grace_s = 0, .more_roots = {}, .also = {}, .except = {}, .at_step = {}}, events);
  EXPECT_EQ(names_in(store_, "zlib"), id_.hash12() + ".2 " + id_.hash32() + ".scratch.2");
}

} // namespace
} // namespace hdist
