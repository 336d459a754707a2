#include "store/gc.h"

#include "base/error.h"
#include "base/text.h"
#include "model/profile_record.h"
#include "store/condemned.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kDay = 86'400;

class GcTest : public testing::Test {
protected:
  ArtifactStore open() { return ArtifactStore::open(path_, test_options()); }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

  static GcOptions now() { return {.grace_s = 0}; }
  GcReport collect(ArtifactStore& store, const GcOptions& options = now()) {
    return store.collect(options, events_);
  }

  /// Last used so many days ago.
  void age(const ArtifactId& id, int days) const {
    set_time(file(id.name() + "/" + record_name(id)), days);
  }
  static void set_time(const std::string& path, int days) {
    struct timespec times[2] = {{0, UTIME_OMIT}, {std::time(nullptr) - days * kDay, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0) << path;
  }
  ArtifactId old_artifact(ArtifactStore& store, const std::string& name,
                          const std::vector<ArtifactId>& imports = {}) const {
    ArtifactId id = test_id(name);
    build_and_publish(store, id, imports);
    age(id, 40);
    return id;
  }
  /// A profile of one member outside of the store.
  std::string profile(const std::string& name, const ArtifactId& member) const {
    ProfileRecord record;
    record.name = name;
    record.members.push_back({member, "1", file(member.short_text()), true});
    write_file(tmp_.path() + "/" + name + "/profile.json", record.text());
    return tmp_.path() + "/" + name;
  }
  static std::string names(const std::vector<ArtifactId>& ids) {
    std::string text;
    for (const ArtifactId& id : ids)
      text += (text.empty() ? "" : " ") + id.name();
    return text;
  }
  static std::string removed(const GcReport& report) {
    std::vector<ArtifactId> ids;
    for (const GcRemoved& artifact : report.removed)
      ids.push_back(artifact.id);
    return names(ids);
  }
  static std::string leftovers(const GcReport& report) {
    std::string text;
    for (const GcLeftover& leftover : report.leftovers)
      text += leftover.path + ": " + leftover.what + "\n";
    return text;
  }
  std::string code_of(ArtifactStore& store, const GcOptions& options = now()) {
    try {
      collect(store, options);
    } catch (const Error& error) {
      return error.code();
    }
    return "(no error)";
  }
  /// Exit status of a process that runs `action`.
  static int in_child(const std::function<void()>& action) {
    pid_t child = fork();
    if (child == 0) {
      try {
        action();
      } catch (...) {
        _exit(99);
      }
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  TempDir tmp_;
  std::string path_ = tmp_.path() + "/store";
  RecordedEvents events_;
};

TEST_F(GcTest, WhatNothingNeedsAndNobodyUsedForThirtyDaysGoes) {
  ArtifactStore store = open();
  old_artifact(store, "old");
  build_and_publish(store, test_id("new"));
  GcReport report = collect(store);
  EXPECT_EQ(removed(report), "old");
  EXPECT_GT(report.freed_bytes(), 5000);
  EXPECT_EQ(names(store.list()), "new");
  EXPECT_EQ(names_in(store, "old"), "");
  ASSERT_EQ(report.kept.size(), 1u);
  EXPECT_EQ(report.kept[0].reason.kind, GcReason::Kind::recent);
  EXPECT_TRUE(report.failures.empty());
}

TEST_F(GcTest, ADryRunChangesNothing) {
  ArtifactStore store = open();
  old_artifact(store, "old");
  write_file(file("old/.tmp-x"), "half");
  set_time(file("old/.tmp-x"), 2);
  std::string before = names_in(store, "old");
  GcReport report = collect(store, {.dry_run = true});
  EXPECT_EQ(removed(report), "old");
  EXPECT_EQ(leftovers(report), "old/.tmp-x: unfinished file\n");
  EXPECT_EQ(names_in(store, "old"), before);
}

TEST_F(GcTest, HowLongTheUnreferencedStayIsAnOption) {
  ArtifactStore store = open();
  old_artifact(store, "a");
  EXPECT_EQ(removed(collect(store, {.keep_unreferenced_s = -1, .grace_s = 0})), "");
  EXPECT_EQ(removed(collect(store, {.keep_unreferenced_s = 41 * kDay, .grace_s = 0})), "");
  EXPECT_EQ(removed(collect(store, {.keep_unreferenced_s = 39 * kDay, .grace_s = 0})), "a");
  build_and_publish(store, test_id("b"));
  EXPECT_EQ(removed(collect(store, {.keep_unreferenced_s = 0, .grace_s = 0})), "b");
}

TEST_F(GcTest, NeverKeepsNothingAlsoWhenTheClockIsBehind) {
  ArtifactStore store = open();
  build_and_publish(store, test_id("a"));
  int64_t earlier = std::time(nullptr) - 100;
  EXPECT_EQ(removed(collect(store, {.keep_unreferenced_s = 1, .grace_s = 0, .now_s = earlier})),
            "");
  EXPECT_EQ(removed(collect(store, {.keep_unreferenced_s = 0, .grace_s = 0, .now_s = earlier})),
            "a");
}

TEST_F(GcTest, WhatCannotBeCondemnedKeepsWhatItNeeds) {
  ArtifactStore store = open();
  ArtifactId low = old_artifact(store, "low");
  ArtifactId high = old_artifact(store, "high", {low});
  std::string in_the_way = store.path() + "/high/" + condemned_name(high) + "/x";
  GcOptions options{.grace_s = 0};
  options.at_step = [&](std::string_view step) {
    if (step == "condemn") write_file(in_the_way, "");
  };
  EXPECT_EQ(removed(collect(store, options)), "");
  EXPECT_TRUE(store.find(low));
  fs::remove_all(parent_path(in_the_way));
  EXPECT_EQ(removed(collect(store)), "high low");
}

TEST_F(GcTest, WhatARecentOneNeedsStaysWithIt) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  ArtifactId b = old_artifact(store, "b", {a});
  build_and_publish(store, test_id("c"), {b});
  GcReport report = collect(store);
  EXPECT_EQ(removed(report), "");
  ASSERT_EQ(report.kept.size(), 3u);
  EXPECT_EQ(names(report.kept[0].reason.chain), "b c");
}

TEST_F(GcTest, BuildImportsThatAreNotReferredToGo) {
  ArtifactStore store = open();
  ArtifactId tool = old_artifact(store, "tool");
  Attempt attempt = must_claim(store, test_id("program"));
  ArtifactRecord record = build(store, attempt);
  record.imports = {tool};
  ASSERT_TRUE(store.publish(std::move(attempt), record));
  EXPECT_EQ(removed(collect(store)), "tool");
  EXPECT_TRUE(store.find(test_id("program")));
}

TEST_F(GcTest, BuildImportsOfWhatStaysMayStayToo) {
  ArtifactStore store = open();
  ArtifactId tool = old_artifact(store, "tool"), lib = old_artifact(store, "lib");
  Attempt attempt = must_claim(store, test_id("app"));
  ArtifactRecord record = build(store, attempt, {lib});
  record.imports = {tool, lib};
  ASSERT_TRUE(store.publish(std::move(attempt), record));
  age(lib, 40);
  EXPECT_EQ(removed(collect(store, {.grace_s = 0, .keep_build_deps = true})), "");
  EXPECT_EQ(removed(collect(store)), "tool");
}

TEST_F(GcTest, WhatIsSparedAfterAnEarlierCollectionCondemnedItIsThereAgain) {
  ArtifactStore store = open();
  ArtifactId id = old_artifact(store, "old");
  Dir dir = Dir::open(file("old"));
  dir.rename(record_name(id), condemned_name(id));
  GcReport report = collect(store, {.grace_s = 0, .free_bytes = 0});
  EXPECT_EQ(removed(report), "");
  EXPECT_EQ(report.spared, 1);
  EXPECT_TRUE(dir.exists(record_name(id)));
}

TEST_F(GcTest, RunTimeNeedsStayAlsoWhenTheScanDidNotFindThem) {
  ArtifactStore store = open();
  ArtifactId data = old_artifact(store, "data");
  Attempt attempt = must_claim(store, test_id("program"));
  ArtifactRecord record = build(store, attempt);
  record.run = {data};
  ASSERT_TRUE(store.publish(std::move(attempt), record));
  EXPECT_EQ(removed(collect(store)), "");
}

TEST_F(GcTest, ARootKeepsWhatItLeadsToThroughAnyChain) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  ArtifactId b = old_artifact(store, "b", {a});
  old_artifact(store, "c");
  fs::create_symlink(file(b.short_text()), tmp_.path() + "/real");
  fs::create_symlink("real", tmp_.path() + "/link");
  store.add_root(tmp_.path() + "/link");
  GcReport report = collect(store);
  EXPECT_EQ(removed(report), "c");
  ASSERT_EQ(report.kept.size(), 2u);
  EXPECT_EQ(report.kept[0].reason.kind, GcReason::Kind::root);
  EXPECT_EQ(report.kept[0].reason.text, tmp_.path() + "/link");
  EXPECT_EQ(report.kept[0].reason.uid, geteuid());
  EXPECT_EQ(names(report.kept[0].reason.chain), "b");
  EXPECT_EQ(names(report.kept[1].reason.chain), "");
}

TEST_F(GcTest, TheReasonIsTheShortestChainAndARootRatherThanItsAge) {
  ArtifactStore store = open();
  ArtifactId a = test_id("a");
  build_and_publish(store, a);
  build_and_publish(store, test_id("b"), {a});
  build_and_publish(store, test_id("c"), {test_id("b"), a});
  store.add_root(file(test_id("c").short_text()));
  GcReport report = collect(store);
  ASSERT_EQ(report.kept.size(), 3u);
  EXPECT_EQ(names(report.kept[0].reason.chain), "c");
  EXPECT_EQ(report.kept[0].reason.kind, GcReason::Kind::root);
}

TEST_F(GcTest, AProfileKeepsItsMembers) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  old_artifact(store, "b");
  store.add_root(profile("generation", a));
  EXPECT_EQ(removed(collect(store)), "b");
}

TEST_F(GcTest, AFolderOfLinksKeepsWhatTheyLeadTo) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  ArtifactId b = old_artifact(store, "b");
  old_artifact(store, "c");
  fs::create_directory(tmp_.path() + "/links");
  fs::create_symlink(file(a.short_text()), tmp_.path() + "/links/a");
  fs::create_symlink(profile("generation", b), tmp_.path() + "/links/b");
  store.add_root(tmp_.path() + "/links");
  EXPECT_EQ(removed(collect(store)), "c");
}

TEST_F(GcTest, ARootThatWasRemovedKeepsNothing) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  store.add_root(file(a.short_text()));
  EXPECT_EQ(removed(collect(store)), "");
  store.remove_root(file(a.short_text()));
  EXPECT_EQ(removed(collect(store)), "a");
}

TEST_F(GcTest, AStoreThatIsReachedThroughLinksIsTheSameStore) {
  fs::create_directory(tmp_.path() + "/disk");
  fs::create_symlink("disk", tmp_.path() + "/home");
  path_ = tmp_.path() + "/home/store";
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  ArtifactId b = old_artifact(store, "b");
  old_artifact(store, "c");
  store.add_root(tmp_.path() + "/home/store/" + a.short_text());
  store.add_root(tmp_.path() + "/disk/store/" + b.short_text());
  EXPECT_EQ(removed(collect(store)), "c");
}

TEST_F(GcTest, WhatThisProcessHoldsStaysUntilItLetsGo) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  {
    ArtifactStore other = open();
    other.hold({a});
    other.hold({a, test_id("not-there")});
    GcReport report = collect(store);
    EXPECT_EQ(removed(report), "");
    EXPECT_EQ(report.kept.at(0).reason.kind, GcReason::Kind::process);
    EXPECT_NE(report.kept[0].reason.text.find("process " + std::to_string(getpid())),
              std::string::npos);
  }
  EXPECT_EQ(removed(collect(store)), "a");
  EXPECT_TRUE(fs::is_empty(file("roots/" + std::to_string(geteuid()))));
}

TEST_F(GcTest, WhatADeadProcessHeldGoesWithItsFiles) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  ASSERT_EQ(in_child([&] {
              ArtifactStore mine = open();
              mine.hold({a});
              kill(getpid(), SIGKILL);
            }),
            128 + SIGKILL);
  EXPECT_FALSE(fs::is_empty(file("roots/" + std::to_string(geteuid()))));
  EXPECT_EQ(removed(collect(store)), "a");
  EXPECT_TRUE(fs::is_empty(file("roots/" + std::to_string(geteuid()))));
}

TEST_F(GcTest, AProcessThatBecameAnotherProgramStillHoldsItsProfile) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  std::string generation = profile("generation", a);
  int pipes[2];
  ASSERT_EQ(pipe2(pipes, O_CLOEXEC), 0);
  pid_t child = fork();
  if (child == 0) {
    bool held = !open().hold_for_process(generation).empty();
    if (!held || dup2(pipes[1], STDOUT_FILENO) < 0) _exit(1);
    execl("/bin/sh", "sh", "-c", "echo ready; exec sleep 600", nullptr);
    _exit(1);
  }
  char byte = 0;
  ASSERT_EQ(read(pipes[0], &byte, 1), 1);
  EXPECT_EQ(removed(collect(store)), "");
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(removed(collect(store)), "a");
}

TEST_F(GcTest, UsingAnArtifactGivesItTimeAgain) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  store.note_use(a);
  EXPECT_EQ(removed(collect(store)), "");
}

TEST_F(GcTest, AStampInAFolderOfRootsCountsAsUse) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  std::string stamp =
      file("roots/" + std::to_string(geteuid()) + "/used/a." + std::string(32, 'a'));
  write_file(stamp, "");
  EXPECT_EQ(removed(collect(store)), "");
  set_time(stamp, 40);
  EXPECT_EQ(removed(collect(store)), "a");
  EXPECT_FALSE(fs::exists(stamp));
}

TEST_F(GcTest, RootsThatCannotBeReadStopItUnlessTold) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  write_file(tmp_.path() + "/broken/profile.json", "{");
  store.add_root(tmp_.path() + "/broken");
  EXPECT_EQ(code_of(store), "gc.unreadable-roots");
  EXPECT_TRUE(store.find(a));
  GcReport report = collect(store, {.grace_s = 0, .ignore_unreadable = true});
  EXPECT_EQ(removed(report), "a");
  ASSERT_EQ(report.unreadable.size(), 1u);
  EXPECT_TRUE(report.unreadable[0].starts_with(tmp_.path() + "/broken: ")) << report.unreadable[0];
}

TEST_F(GcTest, AnUnmountedHomeStopsIt) {
  ArtifactStore store = open();
  old_artifact(store, "a");
  fs::create_directory(tmp_.path() + "/home");
  store.add_root(tmp_.path() + "/home/me/.hashdist/generations/x/1");
  EXPECT_EQ(code_of(store), "gc.unreadable-roots");
  fs::create_directories(tmp_.path() + "/home/me");
  EXPECT_EQ(code_of(store), "gc.unreadable-roots");
  fs::create_directories(tmp_.path() + "/home/me/other");
  EXPECT_EQ(code_of(store), "(no error)");
}

TEST_F(GcTest, ARootThatLeadsNowhereIsForgottenAfterADay) {
  ArtifactStore store = open();
  std::string path = tmp_.path() + "/gone";
  store.add_root(path);
  EXPECT_TRUE(collect(store).gone_roots.empty());
  ASSERT_EQ(store.roots().size(), 1u);
  std::string folder = file("roots/" + std::to_string(geteuid()));
  set_time(fs::directory_iterator(folder)->path(), 2);
  EXPECT_EQ(collect(store).gone_roots, std::vector<std::string>{path});
  EXPECT_TRUE(store.roots().empty());
}

TEST_F(GcTest, ADamagedRecordThatIsNeededStopsIt) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  store.add_root(file(a.short_text()));
  std::string record = file("a/" + record_name(a));
  fs::remove(record);
  write_file(record, "{");
  set_time(record, 40);
  EXPECT_EQ(code_of(store), "gc.unreadable-roots");
}

TEST_F(GcTest, MoreFoldersOfRootsMayBeGiven) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  ArtifactStore elsewhere = ArtifactStore::open(tmp_.path() + "/other", test_options());
  elsewhere.add_root(file(a.short_text()));
  GcOptions options = now();
  options.more_roots = {elsewhere.path() + "/roots"};
  EXPECT_EQ(removed(collect(store, options)), "");
  options.more_roots = {tmp_.path() + "/missing"};
  EXPECT_EQ(code_of(store, options), "gc.unreadable-roots");
}

TEST_F(GcTest, ANetworkFileSystemNeedsTheGrace) {
  StoreOptions options = test_options();
  options.shared_file_system = true;
  ArtifactStore store = ArtifactStore::open(path_, options);
  EXPECT_EQ(code_of(store, {.grace_s = 179}), "gc.grace");
  EXPECT_EQ(code_of(store, {.grace_s = 180}), "(no error)"); // nothing to wait for
}

TEST_F(GcTest, AnAdoptedArtifactGoesAndWhatItLeadsToStays) {
  ArtifactStore other = ArtifactStore::open(tmp_.path() + "/other", test_options());
  ArtifactRecord record = build_and_publish(other, test_id("a"));
  ArtifactStore store = open();
  record.other_store = other.path();
  fs::create_directory(file("a"));
  fs::create_symlink(other.path_of(record), file("a/" + record.directory));
  write_file(file("a/" + record_name(record.id)), record.text());
  chmod(file("a/" + record_name(record.id)).c_str(), 0444);
  ASSERT_TRUE(store.find(record.id));
  age(record.id, 40);
  EXPECT_EQ(removed(collect(store)), "a");
  EXPECT_EQ(names_in(store, "a"), "");
  EXPECT_EQ(damage_of(other), "");
}

TEST_F(GcTest, ASecondAttemptsDirectoryGoesWithThePlainLinkToIt) {
  ArtifactStore store = open();
  fs::create_directories(file("a/aaaaaaaaaaaa"));
  ArtifactId a = old_artifact(store, "a");
  fs::remove(file("a/aaaaaaaaaaaa"));
  ASSERT_TRUE(store.find(a)); // makes the link
  ASSERT_TRUE(fs::is_symlink(file("a/aaaaaaaaaaaa")));
  EXPECT_EQ(removed(collect(store)), "a");
  EXPECT_EQ(names_in(store, "a"), "");
}

TEST_F(GcTest, OnlyWhatIsNamedGoesWheneverItWasUsed) {
  ArtifactStore store = open();
  old_artifact(store, "old");
  const ArtifactId a = test_id("a");
  build_and_publish(store, a);
  const GcReport report = collect(store, {.grace_s = kShortestGrace, .only = {{a}}});
  EXPECT_EQ(removed(report), "a");
  EXPECT_TRUE(report.kept.empty());
  EXPECT_EQ(names(store.list()), "old");
}

TEST_F(GcTest, OfWhatIsNamedNothingGoesWhileSomethingElseNeedsOne) {
  ArtifactStore store = open();
  const ArtifactId low = old_artifact(store, "low"), app = old_artifact(store, "app", {low});
  const ArtifactId lone = old_artifact(store, "lone");
  const GcReport report = collect(store, {.grace_s = 0, .only = {{low, lone}}});
  EXPECT_EQ(removed(report), "");
  ASSERT_EQ(report.kept.size(), 1u);
  EXPECT_EQ(report.kept[0].reason.kind, GcReason::Kind::artifact);
  EXPECT_EQ(report.kept[0].reason.chain, std::vector<ArtifactId>{app});
  EXPECT_EQ(names(store.list()), "app lone low");
  EXPECT_EQ(removed(collect(store, {.grace_s = 0, .only = {{low, app}}})), "app low");
}

TEST_F(GcTest, WhatIsNamedAndNeededBetweenTheLooksIsTakenBack) {
  ArtifactStore store = open();
  const ArtifactId a = old_artifact(store, "a");
  GcOptions options{.grace_s = 0, .only = {{a}}};
  options.at_step = [&](std::string_view step) {
    if (step == "grace") store.add_root(file(a.short_text()));
  };
  const GcReport report = collect(store, options);
  EXPECT_EQ(removed(report), "");
  EXPECT_EQ(report.kept.size(), 1u);
  EXPECT_EQ(names(store.list()), "a");
}

TEST_F(GcTest, WhatIsCondemnedIsTakenBackByWhoFindsIt) {
  ArtifactStore store = open();
  ArtifactId a = old_artifact(store, "a");
  ArtifactId b = old_artifact(store, "b");
  for (const ArtifactId& id : {a, b})
    fs::rename(file(id.name() + "/" + record_name(id)), file(id.name() + "/" + condemned_name(id)));
  EXPECT_EQ(names(store.list()), "a b");
  EXPECT_EQ(store.match("a").size(), 1u);
  EXPECT_TRUE(std::holds_alternative<ArtifactRecord>(store.claim(a)));
  EXPECT_TRUE(fs::exists(file("a/" + record_name(a))));
  store.note_use(b);
  EXPECT_TRUE(fs::exists(file("b/" + record_name(b))));
  EXPECT_EQ(removed(collect(store)), "a");
}

} // namespace
} // namespace hdist
