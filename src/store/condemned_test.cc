#include "store/condemned.h"

#include "store/test_artifacts.h"
#include "testing/lying_calls.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <thread>

namespace hdist {
namespace {

TEST(Condemned, ARecordHasThreeNames) {
  std::string hash(32, 'a');
  EXPECT_EQ(record_name(test_id("zlib")), hash + ".json");
  EXPECT_EQ(condemned_name(test_id("zlib")), hash + ".condemned");
  EXPECT_EQ(removed_name(test_id("zlib")), hash + ".removed");
}

TEST(Condemned, WhatIsGoneOrTakenIsNotMoved) {
  TempDir tmp;
  Dir dir = Dir::open(tmp.path());
  EXPECT_FALSE(move_record(dir, "a", "b"));
  write_file(tmp.path() + "/a", "first");
  write_file(tmp.path() + "/b", "second");
  EXPECT_FALSE(move_record(dir, "a", "b"));
  EXPECT_EQ(read_file(tmp.path() + "/b"), "second");
  dir.remove_file("b");
  EXPECT_TRUE(move_record(dir, "a", "b"));
  EXPECT_FALSE(dir.exists("a"));
}

TEST(Condemned, WhatWasMovedCountsWhateverTheCallSays) {
  TempDir tmp;
  Dir dir = Dir::open(tmp.path());
  write_file(tmp.path() + "/a", "x");
  for (const int error : {EIO, EEXIST, ENOENT, EINVAL}) {
    const LyingCalls lie("renameat2", error);
    EXPECT_TRUE(move_record(dir, "a", "b")) << error;
    EXPECT_EQ(LyingCalls::lies(), 1);
    dir.rename("b", "a");
  }
}

TEST(Condemned, OfManyWhoMoveItToDifferentNamesOneSucceeds) {
  TempDir tmp;
  Dir dir = Dir::open(tmp.path());
  for (int round = 0; round < 50; ++round) {
    write_file(tmp.path() + "/a", "x");
    std::atomic<int> moved = 0;
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&, i] { moved += move_record(dir, "a", "to" + std::to_string(i)); });
    threads.clear();
    EXPECT_EQ(moved, 1);
    EXPECT_EQ(dir.list().size(), 1u);
    dir.remove_file(dir.list()[0].name);
  }
}

} // namespace
} // namespace hdist
