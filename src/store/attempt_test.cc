// Claims and publication, also against killed, silent and competing processes.
#include "base/error.h"
#include "store/claims.h"
#include "store/store_format.h"
#include "store/test_artifacts.h"
#include "testing/lying_calls.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <functional>
#include <thread>

namespace hdist {
namespace {

class AttemptTest : public testing::Test {
protected:
  ArtifactStore open() { return ArtifactStore::open(tmp_.path() + "/store", test_options()); }
  std::string file(const std::string& name) { return tmp_.path() + "/store/zlib/" + name; }
  TempDir tmp_;
  ArtifactId id_ = test_id("zlib");
  const std::string hash12_ = std::string(12, 'a');
  const std::string hash32_ = std::string(32, 'a');
};

/// The exit status of `work` in a process of its own; 128 + signal when it was killed.
int in_child(const std::function<void()>& work) {
  pid_t child = fork();
  if (child == 0) {
    try {
      work();
    } catch (const std::exception& e) {
      fprintf(stderr, "child: %s\n", e.what());
      _exit(99);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// Who dies here leaves claim and directory.
[[noreturn]] void die() {
  raise(SIGKILL);
  _exit(1);
}

TEST_F(AttemptTest, TheFirstOneBuildsAtTheFinalPath) {
  mode_t before = umask(077);
  ArtifactStore store = open();
  Attempt attempt = must_claim(store, id_);
  umask(before);
  EXPECT_EQ(attempt.number(), 1);
  EXPECT_EQ(attempt.directory(), hash12_);
  EXPECT_EQ(attempt.path(), file(hash12_));
  EXPECT_FALSE(attempt.token().empty());
  struct stat status {};
  ASSERT_EQ(stat(attempt.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0755u);
}

TEST_F(AttemptTest, APublishedArtifactIsFoundByAllAndTheClaimIsGone) {
  ArtifactStore store = open();
  ArtifactRecord record = build_and_publish(store, id_);
  EXPECT_EQ(open().find(id_)->text(), record.text());
  Claimed again = store.claim(id_);
  EXPECT_TRUE(std::holds_alternative<ArtifactRecord>(again));
  EXPECT_EQ(names_in(store, "zlib"), hash12_ + " " + hash32_ + ".json");
  struct stat status {};
  ASSERT_EQ(stat(file(hash32_ + ".json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0444u);
}

TEST_F(AttemptTest, ADurablePublicationGivesTheSame) {
  StoreOptions options = test_options();
  options.durable = true;
  ArtifactStore store = ArtifactStore::open(tmp_.path() + "/store", options);
  Attempt attempt = must_claim(store, id_);
  ArtifactRecord record = build(store, attempt);
  store.sync_content();
  ASSERT_TRUE(store.publish(std::move(attempt), record));
  store.sync_records({id_});
  EXPECT_EQ(names_in(store, "zlib"), hash12_ + " " + hash32_ + ".json");
  EXPECT_EQ(damage_of(store), "");
}

TEST_F(AttemptTest, AnAbandonedOneLeavesNothing) {
  ArtifactStore store = open();
  {
    Attempt attempt = must_claim(store, id_);
    ArtifactRecord record = build(store, attempt);
    store.prepare(attempt, record);
    chmod((attempt.path() + "/lib").c_str(), 0555);
  }
  EXPECT_EQ(names_in(store, "zlib"), "");
  EXPECT_EQ(must_claim(store, id_).directory(), hash12_);
}

TEST_F(AttemptTest, AssigningAnotherEndsTheFirst) {
  ArtifactStore store = open();
  Attempt attempt = must_claim(store, id_);
  attempt = must_claim(store, test_id("lua"));
  EXPECT_EQ(names_in(store, "zlib"), "");
  EXPECT_EQ(attempt.id(), test_id("lua"));
}

TEST_F(AttemptTest, ASecondClaimIsBusyAndSaysWhoHasIt) {
  ArtifactStore store = open();
  Attempt attempt = must_claim(store, id_);
  ArtifactStore other = open();
  Busy busy = std::get<Busy>(other.claim(id_));
  EXPECT_EQ(busy.claim, hash32_ + ".claim.1");
  ASSERT_TRUE(busy.holder);
  EXPECT_EQ(busy.holder->pid, getpid());
  EXPECT_EQ(busy.holder->token, attempt.token());
}

TEST_F(AttemptTest, AWaiterHearsOnceOfEachHolderAndGetsTheArtifact) {
  ArtifactStore store = open();
  std::optional<Attempt> attempt = must_claim(store, id_);
  ArtifactRecord record = build(store, *attempt);
  std::atomic<int> announced = 0;
  std::jthread waiter([&] {
    ArtifactStore other = open();
    Claimed claimed = other.claim_or_wait(id_, [&](const Busy&) { ++announced; }, {});
    EXPECT_TRUE(std::holds_alternative<ArtifactRecord>(claimed));
  });
  while (announced == 0)
    std::this_thread::yield();
  EXPECT_TRUE(store.publish(std::move(*attempt), record));
  waiter.join();
  EXPECT_EQ(announced, 1);
}

TEST_F(AttemptTest, AWaiterThatIsStoppedGetsBusy) {
  ArtifactStore store = open();
  Attempt attempt = must_claim(store, id_);
  std::stop_source stop;
  Claimed claimed = open().claim_or_wait(
      id_, [&](const Busy&) { stop.request_stop(); }, stop.get_token());
  EXPECT_TRUE(std::holds_alternative<Busy>(claimed));
}

TEST_F(AttemptTest, AKilledHolderIsFollowedAtOnceAndItsRemainsAreRemoved) {
  EXPECT_EQ(in_child([&] {
              ArtifactStore store = open();
              Attempt attempt = must_claim(store, id_);
              store.prepare(attempt, build(store, attempt));
              die();
            }),
            128 + SIGKILL);
  ArtifactStore store = open();
  EXPECT_EQ(names_in(store, "zlib"), hash12_ + " " + hash32_ + ".claim.1 " + hash32_ + ".record.1");
  Attempt attempt = must_claim(store, id_);
  EXPECT_EQ(attempt.directory(), hash12_ + ".2");
  EXPECT_EQ(names_in(store, "zlib"), hash12_ + ".2 " + hash32_ + ".claim.2");
  ArtifactRecord record = build(store, attempt);
  ASSERT_TRUE(store.publish(std::move(attempt), record));
  EXPECT_EQ(names_in(store, "zlib"), hash12_ + " " + hash12_ + ".2 " + hash32_ + ".json");
  EXPECT_EQ(Dir::open(store.path()).read_link("zlib/" + hash12_), hash12_ + ".2");
}

TEST_F(AttemptTest, ThePlainNameIsMendedByWhoFindsTheArtifact) {
  ArtifactStore store = open();
  Dir::open(store.path()).make_dirs("zlib/" + hash12_);
  build_and_publish(store, id_);
  Dir dir = Dir::open(store.path()).open_dir("zlib");
  dir.remove_tree(hash12_);
  ASSERT_TRUE(store.find(id_));
  EXPECT_EQ(dir.read_link(hash12_), hash12_ + ".2");
  dir.replace_symlink("nowhere", hash12_);
  ASSERT_TRUE(store.find(id_));
  EXPECT_EQ(dir.read_link(hash12_), hash12_ + ".2");
}

TEST_F(AttemptTest, ASilentHolderCostsItsDirectoryButNoEndlessWait) {
  StoreOptions options = test_options();
  options.shared_file_system = true; // else another boot is proof enough
  ArtifactStore store = ArtifactStore::open(open().path(), options);
  LeaseHolder far = LeaseHolder::self("far");
  far.boot_id = "another-boot";
  write_file(file(hash32_ + ".claim.1"), far.text());
  write_file(file(hash12_ + "/half"), "still being written, perhaps");
  EXPECT_TRUE(std::holds_alternative<Busy>(store.claim(id_)));
  Attempt attempt = std::get<Attempt>(store.claim_or_wait(id_, {}, {}));
  EXPECT_EQ(attempt.directory(), hash12_ + ".2");
  EXPECT_TRUE(Dir::open(store.path()).exists("zlib/" + hash12_ + "/half"));
  ArtifactRecord record = build(store, attempt);
  ASSERT_TRUE(store.publish(std::move(attempt), record));
  EXPECT_EQ(names_in(store, "zlib"), hash12_ + " " + hash12_ + ".2 " + hash32_ + ".json");
}

TEST_F(AttemptTest, AnUnreadableClaimIsWaitedForAndThenPassed) {
  ArtifactStore store = open();
  write_file(file(hash32_ + ".claim.1"), "no claim at all");
  EXPECT_TRUE(std::holds_alternative<Busy>(store.claim(id_)));
  EXPECT_EQ(std::get<Attempt>(store.claim_or_wait(id_, {}, {})).number(), 2);
}

TEST_F(AttemptTest, ArtifactsThatShareTwelveCharactersHaveTheirOwnDirectories) {
  ArtifactStore store = open();
  ArtifactId twin = *ArtifactId::parse("zlib/" + hash12_ + std::string(20, 'b'));
  Attempt first = must_claim(store, id_);
  Attempt second = must_claim(store, twin);
  EXPECT_EQ(first.directory(), hash12_);
  EXPECT_EQ(second.directory(), hash12_ + ".2");
  ArtifactRecord first_record = build(store, first);
  ArtifactRecord second_record = build(store, second);
  EXPECT_TRUE(store.publish(std::move(second), second_record));
  EXPECT_TRUE(store.publish(std::move(first), first_record));
  EXPECT_EQ(store.find(twin)->directory, hash12_ + ".2");
  EXPECT_EQ(damage_of(store), "");
}

TEST_F(AttemptTest, TheRemainsOfATwinAreNotTouched) {
  ArtifactId twin = *ArtifactId::parse("zlib/" + hash12_ + std::string(20, 'b'));
  EXPECT_EQ(in_child([&] {
              ArtifactStore store = open();
              Attempt attempt = must_claim(store, id_);
              die();
            }),
            128 + SIGKILL);
  ArtifactStore store = open();
  ArtifactRecord record = build_and_publish(store, twin);
  EXPECT_EQ(record.directory, hash12_ + ".2");
  EXPECT_EQ(must_claim(store, id_).directory(), hash12_ + ".3");
  EXPECT_TRUE(store.find(twin));
}

TEST_F(AttemptTest, WhoIsNotFirstIsRemoved) {
  ArtifactStore store = open();
  Attempt slow = must_claim(store, id_);
  ArtifactRecord slow_record = build(store, slow);
  Dir::open(store.path()).remove_file("zlib/" + hash32_ + ".claim.1"); // as if taken for dead
  Attempt fast = must_claim(store, id_);
  EXPECT_EQ(fast.directory(), hash12_ + ".2");
  ArtifactRecord fast_record = build(store, fast);
  EXPECT_TRUE(store.publish(std::move(fast), fast_record));
  EXPECT_FALSE(store.publish(std::move(slow), slow_record));
  EXPECT_EQ(store.find(id_)->directory, hash12_ + ".2");
  EXPECT_EQ(Dir::open(store.path()).read_link("zlib/" + hash12_), hash12_ + ".2");
  EXPECT_EQ(damage_of(store), "");
}

TEST_F(AttemptTest, AnArtifactWhoseDirectoryWasDeletedIsBuiltAgain) {
  ArtifactStore store = open();
  build_and_publish(store, id_);
  Dir::open(store.path()).remove_tree("zlib/" + hash12_);
  EXPECT_FALSE(store.find(id_));
  Attempt attempt = must_claim(store, id_);
  EXPECT_FALSE(store.find(id_)); // the old record must not speak for the new directory
  ArtifactRecord record = build(store, attempt);
  ASSERT_TRUE(store.publish(std::move(attempt), record));
  EXPECT_TRUE(store.find(id_));
  EXPECT_EQ(names_in(store, "zlib"), hash12_ + " " + hash32_ + ".json");
}

TEST_F(AttemptTest, ARecordOfAnotherArtifactIsNotPublished) {
  ArtifactStore store = open();
  Attempt attempt = must_claim(store, id_);
  ArtifactRecord record = build(store, attempt);
  record.id = test_id("lua");
  EXPECT_NE(message_of([&] {
              static_cast<void>(store.publish(std::move(attempt), record));
            }).find("does not belong to the attempt"),
            std::string::npos);
  EXPECT_EQ(names_in(store, "zlib"), "");
}

TEST_F(AttemptTest, ARecordOfAStrangerIsRefusedBeforeTheWork) {
  if (geteuid() != 0) GTEST_SKIP() << "needs chown";
  ArtifactStore store = open();
  build_and_publish(store, id_);
  ASSERT_EQ(chown(file(hash32_ + ".json").c_str(), 4242, 4242), 0);
  EXPECT_FALSE(store.find(id_));
  EXPECT_TRUE(store.list().empty());
  try {
    store.claim(id_);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), "store.foreign-record");
    EXPECT_EQ(e.kind(), ErrorKind::refused);
  }
  StoreOptions options = test_options();
  options.trusted_uids = {4242};
  EXPECT_TRUE(ArtifactStore::open(store.path(), options).find(id_));
}

TEST_F(AttemptTest, WhatLiesInADirectoryOfAnUntrustedUserIsAsAbsentAndNothingIsBuiltThere) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give directories away";
  ArtifactStore store = open();
  build_and_publish(store, id_);
  ASSERT_EQ(chown(file("").c_str(), 4242, 4242), 0);
  EXPECT_FALSE(store.find(id_));
  EXPECT_TRUE(store.list().empty());
  EXPECT_TRUE(store.match(id_.name()).empty());
  EXPECT_EQ(code_of([&] { store.claim(id_); }), "store.foreign-directory");
  StoreOptions options = test_options();
  options.trusted_uids = {4242};
  EXPECT_TRUE(ArtifactStore::open(store.path(), options).find(id_));
  ASSERT_EQ(chown(store.path().c_str(), 4242, 4242), 0);
  EXPECT_EQ(code_of([&] { open(); }), "store.foreign-directory");
}

TEST_F(AttemptTest, WhatWasPublishedStaysWhateverTheCallSaid) {
  for (const int error : {EEXIST, EIO, ENOENT, EINVAL}) {
    ArtifactStore store = open();
    const ArtifactId id = test_id("lie" + std::to_string(error));
    Attempt attempt = must_claim(store, id);
    const ArtifactRecord record = build(store, attempt);
    {
      const LyingCalls lie("renameat2", error);
      EXPECT_TRUE(store.publish(std::move(attempt), record)) << error;
      EXPECT_GE(LyingCalls::lies(), 1);
    }
    EXPECT_TRUE(store.find(id)) << error;
    EXPECT_EQ(damage_of(store), "");
  }
}

TEST_F(AttemptTest, ADirectoryThatARecordNamesIsNotRemovedWithTheAttempt) {
  ArtifactStore store = open();
  for (const char* end : {".json", ".condemned", ".removed"}) {
    const ArtifactId id = test_id(std::string("named") + (end + 1));
    const std::string name_dir = store.path() + "/" + id.name();
    {
      Attempt attempt = must_claim(store, id);
      store.prepare(attempt, build(store, attempt));
      const Dir dir = Dir::open(name_dir); // as if done by a rename of which nothing was heard
      dir.rename(unpublished_record(id, 1), id.hash32() + end);
    }
    EXPECT_TRUE(Dir::open(name_dir).exists(id.hash12() + "/bin/tool")) << end;
    EXPECT_FALSE(Dir::open(name_dir).exists(id.hash32() + ".claim.1")) << end;
  }
}

TEST_F(AttemptTest, WhatARecordMayNameThatCannotBeReadIsLeftAlone) {
  ArtifactStore store = open();
  {
    Attempt attempt = must_claim(store, id_);
    build(store, attempt);
    write_file(file(hash32_ + ".json"), "torn");
  }
  EXPECT_TRUE(Dir::open(store.path()).exists("zlib/" + hash12_ + "/bin/tool"));
  EXPECT_NE(read_file(file(hash32_ + ".claim.1")).find("abandoned"), std::string::npos);
}

TEST_F(AttemptTest, AnAttemptWhoseRecordHasVanishedIsLeftAlone) {
  ArtifactStore store = open();
  {
    Attempt attempt = must_claim(store, id_);
    store.prepare(attempt, build(store, attempt));
    Dir::open(store.path()).remove_file("zlib/" + unpublished_record(id_, 1));
  }
  EXPECT_TRUE(Dir::open(store.path()).exists("zlib/" + hash12_ + "/bin/tool"));
}

TEST_F(AttemptTest, OfTwoProcessesWithEightThreadsExactlyOneBuilds) {
  constexpr int kRounds = 50;
  open(); // so that store.json is there
  auto contend = [&] {
    ArtifactStore store = open();
    for (int round = 0; round < kRounds; ++round) {
      ArtifactId id = test_id("round" + std::to_string(round));
      std::vector<std::jthread> threads;
      threads.reserve(8);
      for (int thread = 0; thread < 8; ++thread)
        threads.emplace_back([&, thread] {
          Claimed claimed = store.claim_or_wait(id, {}, {});
          Attempt* attempt = std::get_if<Attempt>(&claimed);
          if (attempt == nullptr) return;
          write_file(fmt::format("{}/built/{}/{}-{}", tmp_.path(), round, getpid(), thread), "");
          ArtifactRecord record = build(store, *attempt);
          if (!store.publish(std::move(*attempt), record)) _exit(3);
        });
    }
  };
  std::vector<pid_t> children;
  for (int i = 0; i < 2; ++i) {
    pid_t child = fork();
    if (child == 0) {
      try {
        contend();
      } catch (const std::exception& e) {
        fprintf(stderr, "child: %s\n", e.what());
        _exit(99);
      }
      _exit(0);
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  for (int round = 0; round < kRounds; ++round)
    EXPECT_EQ(Dir::open(tmp_.path() + "/built/" + std::to_string(round)).list().size(), 1u)
        << round;
  ArtifactStore store = open();
  EXPECT_EQ(store.list().size(), static_cast<std::size_t>(kRounds));
  EXPECT_EQ(damage_of(store), "");
}

} // namespace
} // namespace hdist
