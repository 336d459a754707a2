#include "source/item_removal.h"

#include "base/text.h"
#include "source/git_testing.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace hdist {
namespace {

namespace fs = std::filesystem;

bool always(const SourceItem&) {
  return true;
}
bool never(const SourceItem&) {
  return false;
}

TEST(ItemRemoval, WhatIsRemovedIsGoneWithItsNote) {
  GitLab lab;
  lab.repository("a", "echo x >f");
  for (const SourceItem& item :
       {*lab.fetch_path("a.git").item, lab.put(SourceType::file, "x", "http://h/x")}) {
    ASSERT_TRUE(lab.store.find(item.key));
    EXPECT_FALSE(lab.store.remove(item, never));
    EXPECT_TRUE(lab.store.find(item.key)) << "put back";
    EXPECT_TRUE(lab.store.remove(item, always));
    EXPECT_FALSE(lab.store.find(item.key));
  }
  EXPECT_TRUE(lab.store.list().empty());
  EXPECT_EQ(StoreLab::count(lab.path("store/packs/file")), 0U);
  EXPECT_EQ(lab.leftovers(), 0U);
  EXPECT_EQ(lab.store.leftovers(true).count, 1U); // the address
  EXPECT_EQ(lab.store.leftovers(false).count, 0U);
}

TEST(ItemRemoval, WhatCannotBeRemovedIsPutBack) {
  GitLab lab;
  lab.repository("a", "echo x >f");
  for (const SourceItem& item :
       {*lab.fetch_path("a.git").item, lab.put(SourceType::file, "x", "http://h/x")}) {
    EXPECT_THROW(
        lab.store.remove(
            item, [](const SourceItem&) -> bool { throw Error(ErrorKind::failed, "x", "no"); }),
        Error);
    std::optional<SourceItem> there = lab.store.find(item.key);
    ASSERT_TRUE(there) << item.key.str();
    EXPECT_EQ(there->addresses.size(), 1U);
  }
  EXPECT_EQ(StoreLab::count(lab.path("store/condemned")), 0U);
}

TEST(ItemRemoval, WhatTheRemoverWritesIsNoUse) {
  GitLab lab;
  lab.repository("a", "echo x >f");
  SourceItem commit = *lab.fetch_path("a.git").item;
  fs::remove(lab.path("store/commits/") + commit.key.digest() + ".json");
  commit.last_use_s = 5;
  EXPECT_TRUE(lab.store.remove(commit, [](const SourceItem& now) { return now.last_use_s == 5; }));
}

TEST(ItemRemoval, TheRemoverSeesAUseThatWasNotedMeanwhile) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::file, "x");
  std::string note = item.path + ".json";
  fs::permissions(note, fs::perms::owner_all);
  write_file(note, R"({"version":1,"key":")" + item.key.str() +
                       R"(","size":1,"tags":["fresh"],"last_use":4000000000})");
  SourceItem seen{.key = item.key};
  EXPECT_FALSE(lab.store.remove(item, [&](const SourceItem& now) {
    seen = now;
    EXPECT_FALSE(fs::exists(item.path)); // set aside before it is judged
    return false;
  }));
  EXPECT_EQ(seen.last_use_s, 4000000000);
  EXPECT_EQ(seen.tags, std::vector<std::string>{"fresh"});
}

TEST(ItemRemoval, WhatWasFetchedAgainMeanwhileIsNotTakenForTheOld) {
  StoreLab lab;
  SourceItem listed = lab.put(SourceType::file, "x");
  listed.last_use_s = 5;
  fs::remove(listed.path + ".json"); // so it lies for a moment
  EXPECT_FALSE(
      lab.store.remove(listed, [](const SourceItem& now) { return now.last_use_s < 100; }));
  EXPECT_TRUE(lab.store.find(listed.key));
}

TEST(ItemRemoval, WhoLooksForItWaitsForTheVerdict) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::file, "x");
  std::optional<SourceItem> found;
  std::thread reader;
  lab.store.remove(item, [&](const SourceItem&) {
    reader = std::thread([&] { found = lab.store.find(item.key); });
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    return false;
  });
  reader.join();
  EXPECT_TRUE(found);
  EXPECT_EQ(StoreLab::count(lab.path("store/condemned")), 0U);
}

TEST(ItemRemoval, WhatCannotBeMendedStaysAsItIs) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::file, "content");
  fs::permissions(item.path, fs::perms::owner_all);
  write_file(item.path, "CONTENT");
  EXPECT_THROW(lab.store.mend(item, [] { throw Error(ErrorKind::failed, "x", "no"); }), Error);
  EXPECT_EQ(read_file(item.path), "CONTENT");
  lab.store.mend(item, [&] {
    EXPECT_FALSE(lab.store.find(item.key));
    EXPECT_EQ(read_file(item.path), "CONTENT") << "so it is not lost when this process dies";
    lab.put(SourceType::file, "content");
    EXPECT_TRUE(lab.store.find(item.key));
  });
  EXPECT_EQ(read_file(item.path), "content");
  EXPECT_EQ(lab.leftovers(), 0U);
}

/// A collection in another process, killed when it has set the item aside.
void kill_remover_of(const StoreLab& lab, const SourceItem& item) {
  const pid_t child = ::fork();
  if (child == 0) {
    lab.store.remove(item, [](const SourceItem&) { return ::raise(SIGKILL) == 0; });
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  std::string mark = lab.path("store/condemned/") + replace_all(item.key.str(), ":", "-");
  ASSERT_TRUE(fs::exists(mark) && fs::exists(mark + ".item"));
}

TEST(ItemRemoval, WhatARemoverThatWasKilledHadSetAsideIsPutBackAtOnce) {
  GitLab lab;
  lab.repository("a", "echo x >f");
  for (const SourceItem& item :
       {*lab.fetch_path("a.git").item, lab.put(SourceType::file, "x", "http://h/x")}) {
    kill_remover_of(lab, item);
    EXPECT_TRUE(lab.store.find(item.key)) << item.key.str();
    kill_remover_of(lab, item);
    EXPECT_TRUE(lab.store.remove(item, always)) << "whoever collects begins again";
    EXPECT_FALSE(lab.store.find(item.key));
  }
  EXPECT_EQ(StoreLab::count(lab.path("store/condemned")), 0U);
}

TEST(ItemRemoval, ACollectionPutsBackWhatOthersHadSetAside) {
  StoreLab lab;
  SourceItem one = lab.put(SourceType::file, "1"), two = lab.put(SourceType::file, "2");
  kill_remover_of(lab, one);
  fs::rename(two.path, lab.path("store/condemned/file-") + two.key.digest() +
                           ".item"); // whose mark went first
  lab.store.settle_condemned();
  EXPECT_EQ(lab.store.list().size(), 2U);
  EXPECT_EQ(StoreLab::count(lab.path("store/condemned")), 0U);
}

TEST(ItemRemoval, OneAtATimeUnlessTheOtherDied) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::file, "x");
  std::string mark = lab.path("store/condemned/file-") + item.key.digest();
  fs::create_directory(lab.path("store/condemned"));
  write_file(mark, "");
  EXPECT_FALSE(lab.store.remove(item, always));
  EXPECT_TRUE(lab.store.find(item.key));
  fs::last_write_time(mark, fs::file_time_type::clock::now() - std::chrono::minutes(2));
  EXPECT_TRUE(lab.store.remove(item, always));
  // One that died between, on another host.
  write_file(mark, "");
  write_file(mark + ".item", "12345");
  EXPECT_EQ(lab.store.leftovers(true).count, 0U);
  fs::last_write_time(mark, fs::file_time_type::clock::now() - std::chrono::hours(25));
  EXPECT_EQ(lab.store.leftovers(true).size_bytes, 5);
  EXPECT_FALSE(lab.store.find(item.key));
  EXPECT_EQ(StoreLab::count(lab.path("store/condemned")), 0U);
}

} // namespace
} // namespace hdist
