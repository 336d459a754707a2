#include "store/gc_leftovers.h"

#include "base/text.h"
#include "store/claims.h"
#include "store/condemned.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <filesystem>
#include <functional>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class LeftoversTest : public testing::Test {
protected:
  ArtifactStore open() const { return ArtifactStore::open(path_, test_options()); }
  /// What is cleaned, as "path: what" lines.
  std::string clean(int days_later = 0, bool dry_run = false) {
    ArtifactStore store = open();
    RecordedEvents events;
    GcOptions options{.dry_run = dry_run, .keep_unreferenced_s = -1, .grace_s = 0};
    options.now_s = std::time(nullptr) + std::time_t{days_later} * 86'400;
    report_ = store.collect(options, events);
    EXPECT_EQ(join(report_.failures, "; "), "");
    std::string text;
    for (const GcLeftover& leftover : report_.leftovers)
      text += leftover.path + ": " + leftover.what + "\n";
    return text;
  }
  std::string names() const { return names_in(open(), "zlib"); }
  std::string file(const std::string& name) const { return path_ + "/zlib/" + name; }
  void killed(const std::function<void(ArtifactStore&)>& action) const {
    pid_t child = fork();
    if (child == 0) {
      ArtifactStore store = open();
      action(store);
      raise(SIGKILL);
    }
    waitpid(child, nullptr, 0);
  }
  void claim_of_elsewhere(int number) const {
    LeaseHolder far = LeaseHolder::self("far");
    far.host = "elsewhere";
    far.pid_namespace = 1;
    write_file(file(hash32_ + ".claim." + std::to_string(number)), far.text());
  }
  TempDir tmp_;
  std::string path_ = tmp_.path() + "/store";
  ArtifactId id_ = test_id("zlib");
  const std::string hash12_ = std::string(12, 'a');
  const std::string hash32_ = std::string(32, 'a');
  GcReport report_;
};

TEST_F(LeftoversTest, AnAttemptOfAKilledProcessGoesWithAllThatIsItsOwn) {
  killed([&](ArtifactStore& store) {
    Attempt attempt = must_claim(store, id_);
    store.prepare(attempt, build(store, attempt));
    raise(SIGKILL);
  });
  std::string expected = "zlib/" + hash32_ + ".record.1: unpublished record\n" + //
                         "zlib/" + hash12_ + ": attempt of a dead process\n" +   //
                         "zlib/" + hash32_ + ".claim.1: claim of a dead process\n";
  EXPECT_EQ(clean(0, true), expected);
  EXPECT_EQ(clean(), expected);
  EXPECT_GT(report_.freed_bytes(), 5000);
  EXPECT_EQ(names(), "");
}

TEST_F(LeftoversTest, AKilledPublisherLeavesAnArtifactAndOnlyItsClaimGoes) {
  killed([&](ArtifactStore& store) {
    Attempt attempt = must_claim(store, id_);
    ArtifactRecord record = build(store, attempt);
    store.prepare(attempt, record);
    Dir dir = Dir::open(store.path() + "/zlib");
    dir.rename(hash32_ + ".record.1", hash32_ + ".json");
    raise(SIGKILL);
  });
  EXPECT_EQ(clean(), "zlib/" + hash32_ + ".claim.1: claim of a dead process\n");
  EXPECT_EQ(names(), hash12_ + " " + hash32_ + ".json");
}

TEST_F(LeftoversTest, ARunningAttemptIsLeftAlone) {
  ArtifactStore store = open();
  Attempt attempt = must_claim(store, id_);
  ArtifactRecord record = build(store, attempt);
  store.prepare(attempt, record);
  EXPECT_EQ(clean(400), "");
  EXPECT_TRUE(store.publish(std::move(attempt), record));
  EXPECT_EQ(damage_of(store), "");
}

TEST_F(LeftoversTest, AnAttemptElsewhereIsLeftAloneForAMonth) {
  fs::create_directories(file(hash12_));
  claim_of_elsewhere(1);
  EXPECT_EQ(clean(), "");
  struct timespec times[2] = {{0, UTIME_OMIT}, {std::time(nullptr) - std::time_t{31} * 86'400, 0}};
  utimensat(AT_FDCWD, file(hash32_ + ".claim.1").c_str(), times, 0);
  EXPECT_EQ(clean(), "zlib/" + hash12_ + ": attempt of a dead process\n" + //
                         "zlib/" + hash32_ + ".claim.1: claim of a dead process\n");
}

TEST_F(LeftoversTest, AnUnclaimedDirectoryGoesAfterAMonth) {
  fs::create_directories(file(hash12_ + ".2"));
  EXPECT_EQ(clean(29), "");
  EXPECT_EQ(clean(31), "zlib/" + hash12_ + ".2: attempt that nobody claims\n");
  EXPECT_EQ(names(), "");
}

TEST_F(LeftoversTest, TheAttemptOfATwinIsNotTouched) {
  ArtifactId twin = *ArtifactId::parse("zlib/" + hash12_ + std::string(20, 'b'));
  ArtifactStore store = open();
  build_and_publish(store, twin);
  killed([&](ArtifactStore& other) {
    Attempt attempt = must_claim(other, id_);
    raise(SIGKILL);
  });
  EXPECT_EQ(clean(400), "zlib/" + hash12_ + ".2: attempt of a dead process\n" + //
                            "zlib/" + hash32_ + ".claim.2: claim of a dead process\n");
  EXPECT_EQ(damage_of(store), "");
}

TEST_F(LeftoversTest, NothingOfAGroupGoesWhileARecordInItIsDamaged) {
  fs::create_directories(file(hash12_));
  write_file(file(hash32_ + ".json"), "{");
  ArtifactStore store = open();
  RecordedEvents events;
  GcOptions options{.keep_unreferenced_s = -1, .ignore_unreadable = true};
  options.now_s = std::time(nullptr) + std::time_t{400} * 86'400;
  EXPECT_TRUE(store.collect(options, events).leftovers.empty());
  EXPECT_TRUE(fs::exists(file(hash12_)));
}

TEST_F(LeftoversTest, AHalfDoneRemovalIsFinished) {
  ArtifactStore store = open();
  build_and_publish(store, id_);
  fs::rename(file(hash32_ + ".json"), file(hash32_ + ".removed"));
  EXPECT_EQ(clean(0, true), "zlib/" + hash32_ + ".removed: half-done removal\n");
  EXPECT_EQ(clean(), "zlib/" + hash32_ + ".removed: half-done removal\n");
  EXPECT_GT(report_.freed_bytes(), 5000);
  EXPECT_EQ(names(), "");

  fs::create_directories(file(".trash-abc/bin"));
  write_file(file(hash32_ + ".removed"), "{");
  EXPECT_EQ(clean(), "zlib/.trash-abc: half-removed directory\n"
                     "zlib/" +
                         hash32_ + ".removed: half-done removal\n");
  EXPECT_EQ(names(), "");
}

TEST_F(LeftoversTest, ARemovalThatIsFinishedDoesNotTakeWhatWasBuiltSince) {
  ArtifactStore store = open();
  build_and_publish(store, id_);
  fs::rename(file(hash32_ + ".json"), file(hash32_ + ".removed"));
  ArtifactRecord again = build_and_publish(store, id_);
  EXPECT_EQ(again.directory, hash12_ + ".2");
  EXPECT_EQ(clean(), "zlib/" + hash32_ + ".removed: half-done removal\n");
  EXPECT_TRUE(store.find(id_));
  EXPECT_EQ(damage_of(store), "");
}

TEST_F(LeftoversTest, ARecordThatWasMovedAsideInErrorComesBack) {
  ArtifactStore store = open();
  build_and_publish(store, id_);
  fs::rename(file(hash32_ + ".json"), file(hash32_ + ".stale.2"));
  EXPECT_EQ(clean(0, true), "");
  EXPECT_FALSE(store.find(id_));
  EXPECT_EQ(clean(), "");
  EXPECT_TRUE(store.find(id_));
}

TEST_F(LeftoversTest, AStaleRecordGoes) {
  ArtifactStore store = open();
  build_and_publish(store, id_);
  fs::rename(file(hash32_ + ".json"), file(hash32_ + ".stale.2"));
  Dir::open(path_ + "/zlib").remove_tree(hash12_);
  EXPECT_EQ(clean(), "zlib/" + hash32_ + ".stale.2: unpublished record\n");
}

TEST_F(LeftoversTest, LinksThatLeadNowhereGo) {
  fs::create_directories(path_ + "/zlib");
  fs::create_symlink(hash12_ + ".2", file(hash12_));
  fs::create_symlink("nowhere", file("kept"));
  EXPECT_EQ(clean(), "zlib/" + hash12_ + ": link that leads nowhere\n");
  EXPECT_EQ(names(), "kept");
}

TEST_F(LeftoversTest, UnfinishedFilesGoAfterADay) {
  ArtifactStore store = open();
  store.add_root("/x");
  std::string mine = "roots/" + std::to_string(geteuid());
  for (const std::string& folder : {std::string("zlib"), std::string("."), mine})
    write_file(path_ + "/" + folder + "/.tmp-x", "123");
  EXPECT_EQ(clean(), "");
  EXPECT_EQ(clean(2), ".tmp-x: unfinished file\nzlib/.tmp-x: unfinished file\n" + mine +
                          "/.tmp-x: unfinished file\n");
  EXPECT_EQ(report_.freed_bytes(), 9);
}

TEST_F(LeftoversTest, WhatIsAnotherUsersInAStickyFolderIsPassedOver) {
  if (geteuid() != 0) GTEST_SKIP() << "needs chown";
  Dir dir = Dir::open(tmp_.path());
  write_file(tmp_.path() + "/file", "");
  struct stat status = *dir.stat("file");
  ASSERT_EQ(chmod(tmp_.path().c_str(), 01777), 0);
  pid_t child = fork();
  if (child == 0) {
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(2);
    struct stat own = status;
    own.st_uid = 65534;
    _exit(!may_remove(dir, status) && may_remove(dir, own) ? 0 : 1);
  }
  int result = 0;
  waitpid(child, &result, 0);
  EXPECT_EQ(result, 0);
  EXPECT_TRUE(may_remove(dir, status));
}

} // namespace
} // namespace hdist
