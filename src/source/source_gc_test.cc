#include "source/source_gc.h"

#include "base/parallel.h"
#include "source/fetch.h"
#include "source/git_testing.h"

#include <atomic>
#include <ctime>

namespace hdist {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kDaySeconds = 86'400;

class GcLab : public GitLab {
public:
  SourceGcReport collect(int64_t days_from_now, bool dry_run = false) const {
    return collect_sources(store, {.rules = rules,
                                   .dry_run = dry_run,
                                   .now_s = std::time(nullptr) + days_from_now * kDaySeconds});
  }
  SourceItem tagged(const std::string& bytes, const std::vector<std::string>& tags) const {
    SourceItem item = put(SourceType::file, bytes);
    store.add_tags(item.key, tags);
    return item;
  }
  std::vector<RetentionRule> rules{{"transient", 7 * kDaySeconds, "1 week"},
                                   {"file", 30 * kDaySeconds, "30 days"},
                                   {"git", -1, "forever"}};
};

TEST(SourceGc, WhatIsPastItsTimeGoesByTagOrType) {
  GcLab lab;
  SourceItem transient = lab.tagged("transient", {"transient"}), plain = lab.tagged("plain", {});
  SourceItem archive = lab.put(SourceType::zip, "PK\x03\x04");
  EXPECT_TRUE(lab.collect(6).removed.empty());
  SourceGcReport would = lab.collect(8, true);
  ASSERT_EQ(would.removed.size(), 1U);
  EXPECT_EQ(would.removed[0].item.key, transient.key);
  EXPECT_EQ(would.removed[0].rule.text, "1 week");
  EXPECT_EQ(would.freed_bytes, 9);
  EXPECT_TRUE(lab.store.find(transient.key));
  SourceGcReport did = lab.collect(8);
  EXPECT_EQ(did.removed.size(), 1U);
  EXPECT_EQ(did.kept.size(), 2U);
  EXPECT_FALSE(lab.store.find(transient.key));
  EXPECT_EQ(lab.collect(31).removed.at(0).item.key, plain.key);
  EXPECT_TRUE(lab.collect(100'000).removed.empty());
  EXPECT_TRUE(lab.store.find(archive.key));
}

TEST(SourceGc, WhatIsUsedStartsAgain) {
  GcLab lab;
  SourceItem item = lab.tagged("x", {"transient"});
  write_file(item.path + ".json", R"({"version":1,"key":")" + item.key.str() +
                                      R"(","size":1,"tags":["transient"],"last_use":5})");
  fs::last_write_time(item.path, fs::file_time_type::clock::now() - std::chrono::hours(800));
  EXPECT_EQ(lab.collect(0, true).removed.size(), 1U);
  lab.store.unpack({.key = item.key, .target = lab.path("out")});
  EXPECT_TRUE(lab.collect(6).removed.empty());
  EXPECT_EQ(lab.collect(8).removed.size(), 1U);
}

TEST(SourceGc, NeverMeansNotWhileItIsInUse) {
  GcLab lab;
  lab.rules = {{"file", 0, "never"}};
  lab.put(SourceType::file, "x");
  SourceGcReport report = lab.collect(0);
  ASSERT_EQ(report.kept.size(), 1U);
  EXPECT_EQ(lab.collect(1).removed.size(), 1U);
}

TEST(SourceGc, WhatALivingProcessMayHaveTakenStays) {
  GcLab lab;
  SourceItem item = lab.tagged("x", {"transient"});
  auto other = std::make_optional(SourceStore::open(lab.path("store")));
  other->note_use(item.key);
  SourceGcReport report = lab.collect(8);
  ASSERT_EQ(report.kept.size(), 1U);
  EXPECT_TRUE(report.kept[0].in_use);
  other.reset();
  EXPECT_EQ(lab.collect(8).removed.size(), 1U);
}

TEST(SourceGc, AUseNotedWhileTheClockWasAheadIsNoReasonForEver) {
  GcLab lab;
  const SourceItem item = lab.put(SourceType::file, "content");
  const std::string note = item.path + ".json";
  auto last_use = [&] { return lab.store.find(item.key)->last_use_s; };
  auto set_ahead = [&] {
    const std::string last = "\"last_use\":";
    const std::string text = read_file(note);
    write_file(note, text.substr(0, text.find(last)) + last + "99999999999}\n");
    EXPECT_EQ(last_use(), 99'999'999'999);
  };
  set_ahead();
  lab.store.note_use(item.key);
  EXPECT_LE(last_use(), std::time(nullptr));
  set_ahead();
  lab.collect(0);
  EXPECT_LE(last_use(), std::time(nullptr));
}

TEST(SourceGc, SubmodulesStayWithTheirParent) {
  GcLab lab;
  std::string sub = lab.repository("sub", "echo sub >f");
  std::string parent =
      lab.repository("a", "git -c protocol.file.allow=always submodule -q add ../sub.git lib");
  ASSERT_TRUE(lab.fetch_path("a.git").item);
  lab.store.add_tags(*SourceKey::parse("git:" + sub), {"transient"});
  SourceGcReport report = lab.collect(30);
  EXPECT_TRUE(report.removed.empty());
  ASSERT_EQ(report.kept.size(), 2U);
  EXPECT_EQ(report.kept[1].parent->digest(), parent);
  lab.rules.push_back({"old", 0, "never"});
  lab.store.add_tags(*SourceKey::parse("git:" + parent), {"old"});
  EXPECT_EQ(lab.collect(30).removed.size(), 2U);
  EXPECT_TRUE(lab.store.list().empty());
}

TEST(SourceGc, BesideFetchingAndUnpackingNothingIsMissed) {
  GcLab lab;
  lab.rules = {{"file", 0, "never"}};
  write_file(lab.path("data"), "content");
  Expectation key(SourceKey::make(SourceType::file, sha256("content")));
  std::atomic<int> removed = 0;
  parallel_for(4, 4, [&](std::size_t who) {
    for (int round = 0; round < 40; ++round) {
      if (who < 2) {
        removed += static_cast<int>(lab.collect(0).removed.size());
        // A use long ago, as if the time between had passed.
        SourceItem item{.key = *key.key()};
        static_cast<void>(lab.store.remove(item, [](const SourceItem& now) {
          return std::time(nullptr) - now.last_use_s > kDaySeconds;
        }));
        continue;
      }
      DebSources deb({.state_dir = lab.path("apt")}, lab.events);
      Fetcher fetcher(lab.store, lab.http, deb, lab.dead_hosts, {}, lab.events);
      fetcher.fetch({{{lab.path("data"), key}}});
      std::string target = lab.path("out" + std::to_string(who) + "-" + std::to_string(round));
      lab.store.unpack({.key = *key.key(), .target = target});
      EXPECT_EQ(read_file(target), "content");
    }
  });
  EXPECT_EQ(removed, 0);
}

TEST(SourceGc, WhatIsDamagedGoesByTheSameRules) {
  GcLab lab;
  const SourceItem item = lab.put(SourceType::file, "content");
  fs::permissions(item.path, fs::perms::owner_all);
  write_file(item.path, "cut");
  EXPECT_TRUE(lab.collect(29).removed.empty());
  EXPECT_EQ(lab.collect(31).removed.size(), 1U);
  EXPECT_FALSE(lab.store.find_any(item.key));
}

} // namespace
} // namespace hdist
