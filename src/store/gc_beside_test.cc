// Collections beside everything else: killed at every step, beside builders, users and each other,
// and against a model on random stores.
#include "base/text.h"
#include "store/condemned.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <functional>
#include <random>
#include <set>
#include <thread>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class GcBeside : public testing::Test {
protected:
  ArtifactStore open() const { return ArtifactStore::open(path_, test_options()); }
  GcReport collect(ArtifactStore& store, const GcOptions& options = {.grace_s = 0}) {
    return store.collect(options, events_);
  }
  void make_old(const ArtifactId& id) const {
    struct timespec times[2] = {{0, UTIME_OMIT}, {std::time(nullptr) - time_t{40} * 86'400, 0}};
    std::string file = path_ + "/" + id.name() + "/" + record_name(id);
    ASSERT_EQ(utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  }
  static std::set<std::string> names(const std::vector<ArtifactId>& ids) {
    std::set<std::string> result;
    for (const ArtifactId& id : ids)
      result.insert(id.name());
    return result;
  }
  /// Everything below the store but claims, as paths.
  std::string tree() const {
    std::string text;
    for (const auto& entry : fs::recursive_directory_iterator(path_))
      if (entry.path().string().find(".claim.") == std::string::npos)
        text += entry.path().string().substr(path_.size()) + "\n";
    std::vector<std::string> lines = split(text, '\n');
    std::sort(lines.begin(), lines.end());
    return join(lines, "\n");
  }
  TempDir tmp_;
  std::string path_ = tmp_.path() + "/store";
  RecordedEvents events_;
};

TEST_F(GcBeside, WhatIsRootedWhileItIsCondemnedIsTakenBack) {
  ArtifactStore store = open();
  ArtifactId a = test_id("a"), b = test_id("b");
  build_and_publish(store, a);
  build_and_publish(store, b, {a});
  GcOptions options{.keep_unreferenced_s = 0, .grace_s = 0};
  options.at_step = [&](std::string_view step) {
    if (step == "second look") store.add_root(path_ + "/" + b.short_text());
  };
  GcReport report = collect(store, options);
  EXPECT_EQ(names(report.taken_back), (std::set<std::string>{"a", "b"}));
  EXPECT_TRUE(report.removed.empty());
  EXPECT_EQ(damage_of(store), "");
}

TEST_F(GcBeside, WhatIsFoundAfterTheSecondLookIsNotRemoved) {
  ArtifactStore store = open();
  ArtifactId a = test_id("a"), b = test_id("b");
  for (const ArtifactId& id : {a, b})
    build_and_publish(store, id);
  GcOptions options{.keep_unreferenced_s = 0, .grace_s = 0};
  int removals = 0;
  options.at_step = [&](std::string_view step) {
    bool is_second = step == "remove" && ++removals == 2;
    EXPECT_EQ(is_second, is_second && store.find(a).has_value());
  };
  GcReport report = collect(store, options);
  ASSERT_EQ(report.removed.size(), 1u);
  EXPECT_EQ(report.removed[0].id, b);
  EXPECT_TRUE(store.find(a));
}

TEST_F(GcBeside, WhoTakesOneBackKeepsAllThatItNeeds) {
  ArtifactStore store = open();
  ArtifactId a = test_id("a"), b = test_id("b"), c = test_id("c");
  build_and_publish(store, c);
  build_and_publish(store, b, {c});
  build_and_publish(store, a, {b});
  GcOptions options{.keep_unreferenced_s = 0, .grace_s = 0};
  options.at_step = [&](std::string_view step) {
    if (step == "remove") static_cast<void>(store.find(b));
  };
  GcReport report = collect(store, options);
  ASSERT_EQ(report.removed.size(), 1u);
  EXPECT_EQ(report.removed[0].id, a);
  EXPECT_EQ(damage_of(store), "");
}

/// Another collection condemns it again between our look and our removal: that one decides.
TEST_F(GcBeside, WhatWasTakenBackAndCondemnedAgainIsNotOurs) {
  ArtifactStore store = open();
  ArtifactId a = test_id("a");
  build_and_publish(store, a);
  GcOptions options{.keep_unreferenced_s = 0, .grace_s = 0};
  options.at_step = [&](std::string_view step) {
    if (step != "remove") return;
    ASSERT_TRUE(store.find(a));
    fs::rename(path_ + "/a/" + record_name(a), path_ + "/a/" + condemned_name(a));
  };
  EXPECT_TRUE(collect(store, options).removed.empty());
  EXPECT_TRUE(store.find(a));
}

TEST_F(GcBeside, AStoppedOneTakesBackWhatItCondemned) {
  ArtifactStore store = open();
  build_and_publish(store, test_id("a"));
  std::stop_source stop;
  GcOptions options{.keep_unreferenced_s = 0, .grace_s = 3600};
  options.at_step = [&](std::string_view step) {
    if (step == "grace") stop.request_stop();
  };
  std::string before = tree();
  EXPECT_NE(message_of([&] { store.collect(options, events_, stop.get_token()); }).find("interrup"),
            std::string::npos);
  EXPECT_EQ(tree(), before);
}

TEST_F(GcBeside, ASecondOneWaitsForTheFirst) {
  ArtifactStore store = open();
  build_and_publish(store, test_id("a"));
  GcOptions options{.keep_unreferenced_s = 0, .grace_s = 0};
  std::jthread second;
  std::atomic<bool> ended = false;
  options.at_step = [&](std::string_view step) {
    if (step == "condemn")
      second = std::jthread([&] {
        ArtifactStore other = open();
        RecordedEvents events;
        other.collect({.keep_unreferenced_s = 0, .grace_s = 0}, events);
        EXPECT_EQ(events.messages().size(), 1u); // whom it waits for
        ended = true;
      });
    if (step != "remove") return;
    usleep(300'000);
    EXPECT_FALSE(ended);
  };
  EXPECT_EQ(collect(store, options).removed.size(), 1u);
  second.join();
  EXPECT_TRUE(ended);
}

/// a <- b rooted; c, d are garbage. Killed at each step in turn.
TEST_F(GcBeside, KilledAtAnyStepTheNextOneEndsTheWork) {
  for (int kill_at = 1;; ++kill_at) {
    Dir::create(tmp_.path()).remove_tree("store");
    ArtifactStore store = open();
    ArtifactId a = test_id("a"), b = test_id("b");
    build_and_publish(store, a);
    build_and_publish(store, b, {a});
    build_and_publish(store, test_id("c"));
    build_and_publish(store, test_id("d"), {test_id("c")});
    store.add_root(path_ + "/" + b.short_text());
    GcOptions options{.keep_unreferenced_s = 0, .grace_s = 0};
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
      int steps = 0;
      options.at_step = [&](std::string_view) {
        if (++steps == kill_at) raise(SIGKILL);
      };
      collect(store, options);
      _exit(0);
    }
    waitpid(child, &status, 0);
    EXPECT_EQ(damage_of(store), "") << "killed at step " << kill_at;
    EXPECT_TRUE(store.find(b)) << "killed at step " << kill_at;
    options.at_step = {};
    collect(store, options);
    EXPECT_EQ(names(store.list()), (std::set<std::string>{"a", "b"}));
    EXPECT_EQ(names_in(store, "c") + names_in(store, "d"), "") << "killed at step " << kill_at;
    if (WIFEXITED(status)) {
      EXPECT_GT(kill_at, 8);
      break;
    }
  }
}

/// Its builder held what it needs and let go before the second look: it is no garbage of this
/// collection, so it must stay whole.
TEST_F(GcBeside, WhatIsPublishedBetweenTheLooksKeepsWhatItNeeds) {
  ArtifactStore store = open();
  build_and_publish(store, test_id("low"));
  GcOptions options{.keep_unreferenced_s = 0, .grace_s = 0};
  options.at_step = [&](std::string_view step) {
    if (step != "condemn") return;
    ArtifactStore other = open();
    build_and_publish(other, test_id("high"), {test_id("low")});
  };
  collect(store, options);
  EXPECT_EQ(names(store.list()), (std::set<std::string>{"high", "low"}));
  EXPECT_EQ(damage_of(store), "");
}

/// A collection sets a record aside and puts it back; between two looks at its names it may be
/// under the one that was looked at before.
TEST_F(GcBeside, ARecordThatIsPutBackIsFound) {
  ArtifactStore store = open();
  const ArtifactId id = test_id("a");
  build_and_publish(store, id);
  std::atomic<bool> ended = false;
  std::jthread collector([&] {
    Dir dir = Dir::open(path_ + "/a");
    while (!ended) {
      static_cast<void>(move_record(dir, record_name(id), condemned_name(id)));
      static_cast<void>(move_record(dir, condemned_name(id), record_name(id)));
      usleep(20);
    }
  });
  int missed = 0;
  for (int look = 0; look < 20'000; ++look)
    missed += store.find(id) ? 0 : 1;
  ended = true;
  EXPECT_EQ(missed, 0);
}

/// Builders and users hold what they want, then look, as the rules say; what they have found stays
/// until they let go.
TEST_F(GcBeside, BuildersUsersAndCollectionsDoNotDisturbEachOther) {
  open();
  std::atomic<bool> ended = false;
  std::atomic<int> built = 0, used = 0, removed = 0;
  auto user = [&](unsigned seed) {
    std::mt19937 random(seed);
    for (int round = 0; round < 40; ++round) {
      ArtifactStore store = open();
      ArtifactId low = test_id("low", static_cast<char>('a' + random() % 3));
      ArtifactId high = test_id("high", static_cast<char>('a' + random() % 3));
      store.hold({low, high});
      for (const auto& [id, imports] :
           {std::pair{low, std::vector<ArtifactId>{}}, std::pair{high, std::vector{low}}}) {
        Claimed claimed = store.claim_or_wait(id, {}, {});
        if (Attempt* attempt = std::get_if<Attempt>(&claimed)) {
          ArtifactRecord record = build(store, *attempt, imports);
          static_cast<void>(store.publish(std::move(*attempt), record));
          ++built;
        } else {
          ++used;
        }
      }
      for (int look = 0; look < 3; ++look) {
        for (const ArtifactId& id : {low, high}) {
          std::optional<ArtifactRecord> record = store.find(id);
          ASSERT_TRUE(record) << id.str();
          EXPECT_EQ(scan_in(store, *record).digest, record->files);
          for (const ArtifactId& reference : record->references)
            EXPECT_TRUE(store.find(reference)) << reference.str();
        }
        usleep(500);
      }
    }
  };
  auto collector = [&] {
    while (!ended) {
      ArtifactStore store = open();
      RecordedEvents events;
      GcReport report = store.collect({.keep_unreferenced_s = 0, .grace_s = 0}, events);
      removed += static_cast<int>(report.removed.size());
      EXPECT_EQ(join(report.failures, "; "), "");
    }
  };
  {
    std::vector<std::jthread> collectors;
    collectors.emplace_back(collector);
    collectors.emplace_back(collector);
    std::vector<std::jthread> users;
    for (unsigned i = 0; i < 3; ++i)
      users.emplace_back(user, i);
    users.clear();
    ended = true;
  }
  EXPECT_GT(built, 6);
  EXPECT_GT(removed, 0);
  ArtifactStore store = open();
  EXPECT_EQ(damage_of(store), "");
  collect(store, {.keep_unreferenced_s = 0, .grace_s = 0});
  EXPECT_TRUE(store.list().empty());
  EXPECT_EQ(names_in(store, "low") + names_in(store, "high"), "");
}

/// Random references, ages and roots; what stays is compared with the definition.
class GcModel : public GcBeside {
protected:
  struct Model {
    std::vector<ArtifactId> ids;
    std::map<ArtifactId, std::vector<ArtifactId>> needs;
    std::set<ArtifactId> wanted; // young, or a root leads there
  };

  ArtifactId pick(const Model& model) { return model.ids[random_() % model.ids.size()]; }

  Model make(ArtifactStore& store) {
    Model model;
    for (char letter = 'a'; letter < 'a' + 9; ++letter) {
      ArtifactId id = test_id(std::string(1, letter), letter);
      for (std::size_t i = random_() % 3; i > 0 && !model.ids.empty(); --i)
        model.needs[id].push_back(pick(model));
      build_and_publish(store, id, model.needs[id]);
      if (random_() % 5 == 0)
        model.wanted.insert(id);
      else
        make_old(id);
      model.ids.push_back(id);
    }
    for (int i = 0; i < 2; ++i)
      add_root(store, model, i);
    return model;
  }

  void add_root(ArtifactStore& store, Model& model, int number) {
    ArtifactId id = pick(model);
    model.wanted.insert(id);
    std::string path = path_ + "/" + id.short_text();
    for (std::size_t links = random_() % 3; links > 0; --links) {
      std::string link = fmt::format("{}/link-{}-{}-{}", tmp_.path(), round_, number, links);
      fs::create_symlink(path, link);
      path = link;
    }
    store.add_root(path);
    if (random_() % 3 != 0) return;
    store.remove_root(path);
    store.hold({id});
  }

  static std::set<std::string> expected(const Model& model) {
    std::set<ArtifactId> kept = model.wanted;
    for (std::size_t before = 0; before != kept.size();) {
      before = kept.size();
      for (const ArtifactId& id : std::set<ArtifactId>(kept))
        kept.insert(model.needs.at(id).begin(), model.needs.at(id).end());
    }
    return names({kept.begin(), kept.end()});
  }

  std::mt19937 random_{11};
  int round_ = 0;
};

TEST_F(GcModel, KeepsExactlyWhatTheDefinitionSays) {
  for (round_ = 0; round_ < 25; ++round_) {
    Dir::create(tmp_.path()).remove_tree("store");
    ArtifactStore store = open();
    Model model = make(store);
    GcReport promised = collect(store, {.dry_run = true});
    GcReport report = collect(store);
    EXPECT_EQ(names(store.list()), expected(model)) << "round " << round_;
    EXPECT_EQ(damage_of(store), "");
    EXPECT_EQ(report.kept.size(), expected(model).size());
    ASSERT_EQ(promised.removed.size(), report.removed.size());
    EXPECT_EQ(promised.freed_bytes(), report.freed_bytes());
    for (const GcKept& kept : report.kept)
      for (const ArtifactId& id : kept.reason.chain)
        EXPECT_TRUE(store.find(id));
  }
}

/// With --free and --keep-build-deps: what goes is of what may go, and enough of it.
TEST_F(GcModel, FreesEnoughAndLeavesNothingWithoutItsNeeds) {
  for (round_ = 0; round_ < 25; ++round_) {
    Dir::create(tmp_.path()).remove_tree("store");
    ArtifactStore store = open();
    Model model = make(store);
    const std::set<std::string> kept = expected(model);
    GcOptions options{.grace_s = 0, .free_bytes = random_() % 40'000};
    options.dry_run = true;
    GcReport promised = collect(store, options);
    options.dry_run = false;
    GcReport report = collect(store, options);
    const std::set<std::string> left = names(store.list());
    EXPECT_TRUE(std::includes(left.begin(), left.end(), kept.begin(), kept.end()));
    EXPECT_TRUE(report.freed_bytes() >= *options.free_bytes || left == kept) << "round " << round_;
    EXPECT_EQ(left.size(), kept.size() + static_cast<std::size_t>(report.spared));
    EXPECT_EQ(promised.freed_bytes(), report.freed_bytes());
    EXPECT_EQ(promised.spared_bytes, report.spared_bytes);
    EXPECT_EQ(damage_of(store), "");
  }
}

} // namespace
} // namespace hdist
