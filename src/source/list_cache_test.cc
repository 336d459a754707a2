#include "source/list_cache.h"

#include "base/text.h"
#include "source/item_note.h"
#include "source/source_testing.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>
#include <thread>

namespace hdist {
namespace {

namespace fs = std::filesystem;

constexpr int kItems = 1200; // more than are worth a cache
constexpr std::chrono::milliseconds kSettle{3100};

/// A store of many small files.
class ManyItems : public StoreLab {
public:
  ManyItems() {
    fs::create_directories(path("store/packs/file"));
    for (int i = 0; i < kItems; ++i)
      add(i);
  }
  void add(int number) const {
    const std::string content = std::to_string(number);
    const SourceKey key = SourceKey::make(SourceType::file, sha256(content));
    write_file(place(number), content);
    write_note(number, {.key = key.str(),
                        .size_bytes = static_cast<int64_t>(content.size()),
                        .addresses = {{"https://example.org/" + content, 5}},
                        .tags = {},
                        .last_use_s = 1'700'000'000 + number});
  }
  /// As the store does it: by one rename.
  void write_note(int number, const ItemNote& note) const {
    write_file(place(number) + ".new", note.text());
    fs::rename(place(number) + ".new", place(number) + ".json");
  }
  std::string place(int number) const {
    return path("store/packs/file/" + sha256(std::to_string(number)).base32());
  }
  std::string cache() const { return path("store/lists/" + std::to_string(::geteuid())); }
  /// All that a listing says.
  std::string listing() const {
    std::string text;
    for (const SourceItem& item : store.list()) {
      text += item.key.str() + " " + item.path + " " + std::to_string(item.size_bytes) + " " +
              join(item.tags, ",") + " " + std::to_string(item.last_use_s) + " " +
              std::to_string(item.owner);
      for (const SourceAddress& address : item.addresses)
        text += " " + address.url + " " + std::to_string(address.time_s);
      text += "\n";
    }
    return text;
  }
  std::string listing_without_cache() const {
    fs::remove_all(path("store/lists"));
    return listing();
  }
};

std::string with_digest(const std::string& text) {
  return "hdist-list 2 " + sha256(text).base32() + "\n" + text;
}

TEST(ListCache, AListingSaysTheSameWithItWhateverChanges) {
  ManyItems lab;
  std::this_thread::sleep_for(kSettle);
  const std::string first = lab.listing();
  EXPECT_TRUE(fs::exists(lab.cache()));
  EXPECT_EQ(lab.listing(), first);

  lab.store.add_tags(SourceKey::make(SourceType::file, sha256("7")), {"seven"});
  EXPECT_NE(lab.listing(), first);
  EXPECT_EQ(lab.listing(), lab.listing_without_cache());

  fs::remove(lab.place(8));
  fs::remove(lab.place(9) + ".json");
  lab.add(kItems);
  const std::string changed = lab.listing();
  EXPECT_EQ(changed.find(sha256("8").base32()), std::string::npos);
  EXPECT_EQ(changed, lab.listing_without_cache());

  write_file(lab.place(10) + ".cut", "");
  fs::rename(lab.place(10) + ".cut", lab.place(10)); // shorter than its note says
  EXPECT_EQ(lab.listing().find(sha256("10").base32()), std::string::npos);
  EXPECT_EQ(lab.listing(), lab.listing_without_cache());
}

TEST(ListCache, OfAnUnchangedDirectoryNoFileIsLookedAt) {
  ManyItems lab;
  std::this_thread::sleep_for(kSettle);
  const std::string first = lab.listing();
  // Written into, which the store never does: the directory does not show it.
  write_file(lab.place(7) + ".json", "{}");
  EXPECT_EQ(lab.listing(), first);
  lab.add(kItems);
  EXPECT_EQ(lab.listing(), lab.listing_without_cache());
}

TEST(ListCache, WhateverIsInItsFileNothingIsListedThatIsNotThere) {
  ManyItems lab;
  std::this_thread::sleep_for(kSettle);
  const std::string first = lab.listing(), good = read_file(lab.cache());
  std::mt19937 random(1);
  auto any = [&](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  for (int i = 0; i < 8; ++i) {
    write_file(lab.cache(), good.substr(0, any(good.size())));
    ::chmod(lab.cache().c_str(), 0600);
    EXPECT_EQ(lab.listing(), first);
  }
  for (const std::string& bad :
       {std::string(), with_digest(""), std::string("hdist-list 1\n"),
        std::string("hdist-list 2\nx"), with_digest("file 1 1 1 9"),
        with_digest("file 1 1 1 99999999999999999999\n"), with_digest("file 1 1 1 10\nabc\n")}) {
    write_file(lab.cache(), bad);
    ::chmod(lab.cache().c_str(), 0600);
    EXPECT_EQ(lab.listing(), first) << bad;
  }
}

TEST(ListCache, OneOfAnyBytesThatChangedIsNoticed) {
  ManyItems lab;
  std::this_thread::sleep_for(kSettle);
  const std::string first = lab.listing();
  const std::string good = read_file(lab.cache());
  for (const char* what : {"example", "hdist-list", " 1 17", "\"size\":"}) {
    std::string text = good;
    text.at(text.find(what) + 1) ^= 1;
    write_file(lab.cache(), text);
    EXPECT_EQ(lab.listing(), first) << what;
  }
}

TEST(ListCache, AFileThatOthersMayWriteToIsNotBelieved) {
  ManyItems lab;
  std::this_thread::sleep_for(kSettle);
  const std::string first = lab.listing();
  std::string text = read_file(lab.cache());
  for (std::size_t at = text.find("example.org"); at != std::string::npos;
       at = text.find("example.org", at))
    text.replace(at, 11, "example.net");
  text = with_digest(text.substr(text.find('\n') + 1));
  write_file(lab.cache(), text);
  ::chmod(lab.cache().c_str(), 0600);
  EXPECT_NE(lab.listing(), first); // one's own word
  write_file(lab.cache(), text);
  ::chmod(lab.cache().c_str(), 0620);
  EXPECT_EQ(lab.listing(), first);
}

TEST(ListCache, FewItemsHaveNone) {
  StoreLab lab;
  lab.put(SourceType::file, "x");
  EXPECT_EQ(lab.store.list().size(), 1U);
  EXPECT_FALSE(fs::exists(lab.path("store/lists")));
}

} // namespace
} // namespace hdist
