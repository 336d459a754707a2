// Claims. No test is decided by how fast something is: where time must pass, the test waits for the
// event, and options with a very short or very long limit say which one that is.
#include "base/lease.h"

#include "base/process.h"
#include "base/text.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace hdist {
namespace {

using std::chrono::milliseconds;

constexpr LeaseOptions kBusy{.heartbeat = milliseconds(1), .dead_after = milliseconds(3'600'000)};
constexpr LeaseOptions kImpatient{.heartbeat = milliseconds(3'600'000),
                                  .dead_after = milliseconds(1)};
constexpr LeaseOptions kPatient{.heartbeat = milliseconds(3'600'000),
                                .dead_after = milliseconds(3'600'000)};

class LeaseTest : public ::testing::Test {
protected:
  TempDir tmp_;
  Dir dir_ = Dir::open(tmp_.path());

  std::optional<Lease> take(const LeaseOptions& options = kPatient) {
    return Lease::try_take(dir_, "x.claim.1", options);
  }
  void write_claim(const std::string& text) { write_file(tmp_.path() + "/x.claim.1", text); }
  LeaseWatch watch(const LeaseOptions& options = kPatient) {
    return LeaseWatch(dir_, "x.claim.1", options);
  }

  /// A claim of a process that has ended since.
  LeaseHolder dead_holder() {
    const pid_t pid = ::fork();
    if (pid == 0) {
      std::optional<Lease> lease = take();
      ::raise(SIGKILL);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return LeaseHolder::parse(dir_.read_file("x.claim.1")).value_or(LeaseHolder{});
  }
};

TEST(LeaseHolder, TextAndParseAreInverse) {
  const LeaseHolder holder{.boot_id = "b-1",
                           .pid_namespace = 4026531836,
                           .pid = 77,
                           .start_time = 123456,
                           .token = "abc",
                           .host = "node1",
                           .abandoned = false};
  EXPECT_EQ(holder.text(), "hdist-claim 1\nboot_id b-1\npid_namespace 4026531836\npid 77\n"
                           "start_time 123456\ntoken abc\nhost node1\nbeat 0000000000\n");
  EXPECT_EQ(LeaseHolder::parse(holder.text()), holder);
  LeaseHolder abandoned = holder;
  abandoned.abandoned = true;
  EXPECT_EQ(LeaseHolder::parse(abandoned.text()), abandoned);
  EXPECT_EQ(abandoned.text().size(), holder.text().size()) << "it is rewritten in place";
}

TEST(LeaseHolder, KeysOfALaterVersionArePassedOver) {
  const LeaseHolder holder = LeaseHolder::self("t");
  EXPECT_EQ(LeaseHolder::parse(holder.text() + "later 1 2 3\n"), holder);
}

TEST(LeaseHolder, WhatIsNoClaimIsNotParsed) {
  const std::string good = LeaseHolder::self("t").text();
  EXPECT_TRUE(LeaseHolder::parse(good));
  EXPECT_FALSE(LeaseHolder::parse(""));
  EXPECT_FALSE(LeaseHolder::parse("hdist-claim 1\n"));
  EXPECT_FALSE(LeaseHolder::parse(replace_all(good, "hdist-claim 1", "hdist-claim 2")));
  EXPECT_FALSE(LeaseHolder::parse(good.substr(0, good.size() - 1))) << "cut off";
  EXPECT_FALSE(LeaseHolder::parse(replace_all(good, "\npid ", "\npid -")));
  EXPECT_FALSE(LeaseHolder::parse(replace_all(good, "\npid ", "\npid 99999999999")));
  EXPECT_FALSE(LeaseHolder::parse(replace_all(good, "\ntoken t", "\ntoken ")));
  EXPECT_FALSE(LeaseHolder::parse(good + "token u\n")) << "twice";
}

TEST(LeaseHolder, SelfNamesThisProcess) {
  const LeaseHolder self = LeaseHolder::self("t");
  EXPECT_EQ(self.pid, ::getpid());
  EXPECT_GT(self.start_time, 0U);
  EXPECT_EQ(self.boot_id.size(), 36U);
  EXPECT_NE(self.pid_namespace, 0U);
}

TEST_F(LeaseTest, OnlyOneCanHoldAName) {
  std::optional<Lease> first = take();
  ASSERT_TRUE(first);
  EXPECT_FALSE(take());
  EXPECT_TRUE(first->still_ours());
  EXPECT_TRUE(Lease::try_take(dir_, "x.claim.2", kPatient));
  first.reset();
  EXPECT_FALSE(dir_.exists("x.claim.1"));
  EXPECT_TRUE(take());
}

TEST_F(LeaseTest, ASpareFileBecomesTheClaim) {
  dir_.write_file("spare", std::string(4096, '.'));
  const ino_t inode = dir_.stat("spare")->st_ino;
  std::optional<Lease> lease = Lease::try_take_with(dir_, "x.claim.1", "spare");
  ASSERT_TRUE(lease);
  EXPECT_EQ(LeaseHolder::parse(dir_.read_file("x.claim.1"))->token, lease->token());
  EXPECT_EQ(dir_.stat("x.claim.1")->st_ino, inode);
  EXPECT_EQ(dir_.list().size(), 1u);
  EXPECT_EQ(LeaseWatch(dir_, "x.claim.1").look(), Liveness::alive);
}

TEST_F(LeaseTest, ASpareFileStaysWhereTheNameIsTaken) {
  const std::optional<Lease> first = Lease::try_take(dir_, "x.claim.1");
  dir_.write_file("spare", std::string(4096, '.'));
  EXPECT_FALSE(Lease::try_take_with(dir_, "x.claim.1", "spare"));
  EXPECT_TRUE(dir_.exists("spare"));
  EXPECT_TRUE(first->still_ours());
}

TEST_F(LeaseTest, WhatIsNoSpareFileIsLeftAsItIs) {
  EXPECT_FALSE(Lease::try_take_with(dir_, "x.claim.1", "absent"));
  dir_.write_file("short", "short");
  EXPECT_FALSE(Lease::try_take_with(dir_, "x.claim.1", "short"));
  EXPECT_EQ(dir_.read_file("short"), "short");
}

TEST_F(LeaseTest, OfManyThreadsOneGetsIt) {
  std::vector<std::optional<Lease>> leases(16);
  {
    std::vector<std::jthread> threads;
    threads.reserve(leases.size());
    for (std::optional<Lease>& lease : leases)
      threads.emplace_back([&] { lease = take(); });
  }
  int holders = 0;
  for (const std::optional<Lease>& lease : leases)
    holders += lease.has_value();
  EXPECT_EQ(holders, 1);
}

TEST_F(LeaseTest, AFileThatReplacedOursIsNeitherTouchedNorRemoved) {
  std::optional<Lease> lease = take(kBusy);
  dir_.write_file("x.claim.1", "foreign");
  EXPECT_FALSE(lease->still_ours());
  const struct stat before = dir_.stat("x.claim.1").value();
  std::this_thread::sleep_for(milliseconds(20)); // some heartbeats; none of them may be seen
  EXPECT_EQ(dir_.stat("x.claim.1")->st_mtim.tv_nsec, before.st_mtim.tv_nsec);
  lease.reset();
  EXPECT_EQ(dir_.read_file("x.claim.1"), "foreign");
}

TEST_F(LeaseTest, ARemovedFileIsNoLongerOurs) {
  std::optional<Lease> lease = take();
  dir_.remove_file("x.claim.1");
  EXPECT_FALSE(lease->still_ours());
  lease->release();
}

TEST_F(LeaseTest, AMovedLeaseIsHeldOnce) {
  std::optional<Lease> lease = take();
  Lease moved = std::move(*lease);
  lease.reset();
  EXPECT_TRUE(moved.still_ours());
  std::optional<Lease> other = Lease::try_take(dir_, "y", kPatient);
  moved = std::move(*other);
  EXPECT_FALSE(dir_.exists("x.claim.1"));
  EXPECT_EQ(moved.name(), "y");
  EXPECT_TRUE(moved.still_ours());
}

TEST_F(LeaseTest, TheHeartbeatMovesTheTimeOfTheFile) {
  std::optional<Lease> lease = take(kBusy);
  const struct timespec old[2] = {{1000, 0}, {1000, 0}};
  ASSERT_EQ(::utimensat(dir_.fd(), "x.claim.1", old, 0), 0);
  EXPECT_TRUE(eventually([&] { return dir_.stat("x.claim.1")->st_mtim.tv_sec != 1000; }));
  EXPECT_TRUE(LeaseHolder::parse(dir_.read_file("x.claim.1")));
}

TEST_F(LeaseTest, AHolderInThisBootIsAliveWithoutHeartbeat) {
  std::optional<Lease> lease = take();
  LeaseWatch watcher = watch(kImpatient);
  EXPECT_EQ(watcher.look(), Liveness::alive);
  std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(watcher.look(), Liveness::alive);
  EXPECT_EQ(watcher.holder()->token, lease->token());
  lease.reset();
  EXPECT_EQ(watcher.look(), Liveness::dead);
  EXPECT_FALSE(watcher.holder());
}

TEST_F(LeaseTest, AHolderThatWasKilledIsDeadAtOnce) {
  const LeaseHolder holder = dead_holder();
  EXPECT_GT(holder.pid, 0);
  EXPECT_EQ(watch().look(), Liveness::dead);
  EXPECT_TRUE(dir_.exists("x.claim.1")) << "looking changes nothing";
  EXPECT_TRUE(Lease::try_take(dir_, "x.claim.2", kPatient));
}

TEST_F(LeaseTest, ANumberThatPassedToAnotherProcessIsNotTheHolder) {
  LeaseHolder holder = dead_holder();
  holder.pid = ::getpid(); // with the start time of the dead one
  holder.start_time = 1;
  write_claim(holder.text());
  EXPECT_EQ(watch().look(), Liveness::dead);
}

TEST_F(LeaseTest, AHolderIsAliveAsLongAsSomethingItStartedIs) {
  const LeaseHolder holder = dead_holder();
  Command command;
  command.argv = {"sleep", "1000"};
  command.env.set("PATH", "/usr/bin:/bin");
  command.env.set("HDIST_RUN_TOKEN", holder.token);
  std::stop_source stop;
  std::jthread stray([&] { run(command, stop.get_token()); });
  LeaseWatch watcher = watch();
  EXPECT_TRUE(eventually([&] { return watcher.look() == Liveness::alive; }));
  stop.request_stop();
  EXPECT_TRUE(eventually([&] { return watcher.look() == Liveness::dead; }));
}

TEST_F(LeaseTest, AZombieIsDead) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    std::optional<Lease> lease = take();
    ::raise(SIGKILL);
  }
  siginfo_t info;
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(watch().look(), Liveness::dead);
  ::waitpid(pid, nullptr, 0);
}

TEST_F(LeaseTest, ElsewhereOnlyTheHeartbeatCounts) {
  for (const char* place : {"host", "boot", "namespace"}) {
    LeaseHolder holder = dead_holder();
    dir_.remove_file("x.claim.1");
    if (std::string_view(place) == "host") holder.host = "another-machine";
    if (std::string_view(place) == "boot") holder.boot_id = "another-boot";
    if (std::string_view(place) == "namespace") ++holder.pid_namespace;
    write_claim(holder.text());
    EXPECT_EQ(watch(kPatient).look(), Liveness::alive) << place;
    LeaseWatch impatient = watch(kImpatient);
    impatient.look();
    EXPECT_TRUE(eventually([&] { return impatient.look() == Liveness::dead; })) << place;
  }
}

TEST_F(LeaseTest, AHeartbeatOfAnyKindKeepsAForeignHolderAlive) {
  LeaseHolder holder = LeaseHolder::self("t");
  holder.host = "another-machine";
  write_claim(holder.text());
  LeaseWatch watcher = watch(kImpatient);
  watcher.look();
  ASSERT_TRUE(eventually([&] { return watcher.look() == Liveness::dead; }));
  const struct timespec times[2] = {{5, 0}, {5, 0}}; // long ago: clocks are not compared
  ASSERT_EQ(::utimensat(dir_.fd(), "x.claim.1", times, 0), 0);
  // The limit of 1 ms may be over within the very call: look until one call was fast enough.
  int64_t second = 6;
  EXPECT_TRUE(eventually([&] {
    const struct timespec next[2] = {{second, 0}, {second, 0}};
    ++second;
    ::utimensat(dir_.fd(), "x.claim.1", next, 0);
    return watcher.look() == Liveness::alive;
  }));
  // Where times cannot be set: the count in the file, with the time as it was.
  EXPECT_TRUE(eventually([&] {
    Fd file(::openat(dir_.fd(), "x.claim.1", O_WRONLY | O_CLOEXEC));
    const std::string beat = std::to_string(1'000'000'000 + second++);
    const off_t size = static_cast<off_t>(holder.text().size());
    if (::pwrite(file.get(), beat.data(), beat.size(), size - 11) != 10) return false;
    ::futimens(file.get(), times);
    return watcher.look() == Liveness::alive;
  }));
  EXPECT_EQ(watcher.holder(), holder);
}

TEST_F(LeaseTest, ContentThatIsNoClaimIsJudgedByItsHeartbeat) {
  write_claim("binary\x01 or empty");
  EXPECT_EQ(watch(kPatient).look(), Liveness::alive);
  LeaseWatch watcher = watch(kImpatient);
  watcher.look();
  EXPECT_EQ(watcher.holder(), LeaseHolder{});
  EXPECT_TRUE(eventually([&] { return watcher.look() == Liveness::dead; }));
}

TEST_F(LeaseTest, AnAbandonedClaimStaysAndIsNotWaitedFor) {
  std::optional<Lease> lease = take();
  const std::string token = lease->token();
  Command command;
  command.argv = {"sleep", "1000"};
  command.env.set("PATH", "/usr/bin:/bin");
  command.env.set("HDIST_RUN_TOKEN", token);
  std::stop_source stop;
  std::jthread stray([&] { run(command, stop.get_token()); });
  ASSERT_TRUE(eventually([&] { return kill_by_token(token, true) == 1; }));
  lease->abandon();
  lease.reset();
  ASSERT_TRUE(dir_.exists("x.claim.1"));
  LeaseWatch watcher = watch();
  EXPECT_EQ(watcher.look(), Liveness::unknown);
  EXPECT_TRUE(watcher.holder()->abandoned);
  stop.request_stop(); // what might still write is gone, and this process does not matter
  EXPECT_TRUE(eventually([&] { return watcher.look() == Liveness::dead; }));
}

TEST_F(LeaseTest, AnAbandonedClaimOfElsewhereIsNeverProvenDead) {
  LeaseHolder holder = LeaseHolder::self("t");
  holder.host = "another-machine";
  holder.abandoned = true;
  write_claim(holder.text());
  LeaseWatch watcher = watch(kImpatient);
  watcher.look();
  std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(watcher.look(), Liveness::unknown);
}

TEST_F(LeaseTest, ClaimsOfOtherUsersAreNotProvenDeadByReadingTheirProcesses) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  dead_holder();
  ASSERT_EQ(::chown((tmp_.path() + "/x.claim.1").c_str(), 12345, 12345), 0);
  ASSERT_EQ(::chmod(tmp_.path().c_str(), 0755), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    // The descriptor of the directory is open already, whatever is above it.
    if (::setresuid(54321, 54321, 54321) != 0) ::_exit(2);
    LeaseWatch watcher = watch(kPatient);
    ::_exit(watcher.look() == Liveness::alive ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(watch(kPatient).look(), Liveness::dead) << "root can";
}

TEST_F(LeaseTest, NothingAtThatNameIsGone) {
  LeaseWatch watcher = watch();
  EXPECT_EQ(watcher.look(), Liveness::dead);
  EXPECT_FALSE(watcher.holder());
  EXPECT_NE(message_of([&] { LeaseWatch(dir_, "../x"); }), "(no error)");
}

} // namespace
} // namespace hdist
