#include "source/item_list.h"

#include "base/text.h"
#include "data/digest.h"
#include "source/git_testing.h"

namespace hdist {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> keys(const std::vector<SourceItem>& items) {
  std::vector<std::string> list;
  list.reserve(items.size());
  for (const SourceItem& item : items)
    list.push_back(item.key.str());
  return list;
}

TEST(ItemList, HasItemsOfEveryType) {
  GitLab lab;
  lab.repository("a", "echo x >f");
  write_file(lab.path("tree/f"), "x");
  std::vector<std::string> expected{lab.fetch_path("a.git").item->key.str(),
                                    lab.put(SourceType::file, "x").key.str(),
                                    lab.put(SourceType::tar_gz, fake_tar_gz("x")).key.str(),
                                    lab.store.put_directory(lab.path("tree")).key.str(),
                                    lab.store.put_pack("HDSTPCK1").key.str()};
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(keys(lab.store.list()), expected);
  for (const SourceItem& item : lab.store.list()) {
    EXPECT_GT(item.last_use_s, 1'000'000'000) << item.key.str();
    EXPECT_NO_THROW(lab.store.verify(item)) << item.key.str();
  }
}

TEST(ItemList, AnItemWasUsedWhenItWasWritten) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::file, "x");
  fs::permissions(item.path + ".json", fs::perms::owner_all);
  write_file(item.path + ".json", R"({"version":1,"last_use":5})");
  EXPECT_GT(lab.store.list().at(0).last_use_s, 1'000'000'000);
  fs::last_write_time(item.path, fs::file_time_type::clock::now() - std::chrono::hours(800'000));
  EXPECT_LT(lab.store.list().at(0).last_use_s, 1'000'000'000);
}

TEST(ItemList, WhatWasCutOffIsListedAsDamaged) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::file, "content", "http://h/x");
  lab.put(SourceType::file, "whole");
  fs::permissions(item.path, fs::perms::owner_write, fs::perm_options::add);
  fs::resize_file(item.path, 3);
  EXPECT_EQ(lab.store.list().size(), 1U);
  EXPECT_EQ(lab.store.list_all().size(), 2U);
  EXPECT_FALSE(lab.store.find(item.key));
  const SourceItem cut = lab.store.find_any(item.key).value();
  EXPECT_EQ(cut.state, SourceState::damaged);
  EXPECT_EQ(cut.size_bytes, 3);
  EXPECT_EQ(cut.addresses.at(0).url, "http://h/x");
}

TEST(ItemList, AWholeItemWhoseNoteHasAnotherSizeIsOneAndItsNoteIsMended) {
  StoreLab lab;
  const SourceItem item = lab.put(SourceType::file, "content", "http://h/x");
  for (const char* size : {"5", "99999999"}) {
    const std::string note = item.path + ".json";
    fs::permissions(note, fs::perms::owner_all);
    write_file(note, replace_all(read_file(note), "\"size\":7", "\"size\":" + std::string(size)));
    if (std::string(size) == "5")
      EXPECT_EQ(keys(lab.store.list()), std::vector<std::string>{item.key.str()});
    else
      EXPECT_TRUE(lab.store.find(item.key));
    EXPECT_NE(read_file(note).find("\"size\":7,"), std::string::npos) << size;
    EXPECT_EQ(lab.store.find(item.key)->addresses.size(), 1U);
  }
}

TEST(ItemList, LeftoversAreWhatNoItemHas) {
  StoreLab lab;
  const std::string unfinished = "abcdefghijklmnop2345";
  SourceItem item = lab.put(SourceType::file, "x");
  write_file(lab.path("store/stamps/" + sha256("gone").base32()),
             sha256("s").base32() + " " + SourceKey::make(SourceType::dir, sha256("d")).str());
  write_file(lab.path("store/stamps/" + sha256("there").base32()),
             sha256("s").base32() + " " + item.key.str());
  EXPECT_EQ(lab.store.leftovers(true).count, 1U);
  std::string stray = lab.path("store/packs/file/") + sha256("other").base32() + ".json";
  write_file(stray, "{}");
  write_file(lab.path("store/tmp/" + unfinished), "12345");
  EXPECT_EQ(lab.store.leftovers(true).count, 0U); // they may be somebody's who is at work
  auto old = fs::file_time_type::clock::now() - std::chrono::hours(25);
  fs::last_write_time(stray, old);
  fs::last_write_time(lab.path("store/tmp/" + unfinished), old);
  LeftoverSources found = lab.store.leftovers(true);
  EXPECT_EQ(found.count, 2U);
  EXPECT_EQ(found.size_bytes, 7);
  EXPECT_FALSE(fs::exists(stray));
  EXPECT_TRUE(lab.store.find(item.key));
}

TEST(ItemList, WhatWasNeverFinishedIsALeftoverWhereverItLies) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::file, "x", "http://h/x");
  const std::string half = "/.tmp-abcdefghijkl2345";
  for (const char* place : {"", "/urls", "/users", "/condemned", "/packs/file", "/git"})
    write_file(lab.path("store").append(place).append(half), "1");
  const std::string repository = lab.path("store/git/") + sha256("remote").base32();
  for (const char* place : {"", "/refs/hdist/kept"})
    write_file(std::string(repository).append(place).append(half), "1");
  write_file(lab.path("store/git/.tmp-repositorymade22/HEAD"), "1");
  write_file(lab.path("store/dirs/.tmp-repositorymade22/mine"), "1"); // no file: not the store's
  EXPECT_EQ(lab.store.leftovers(true).count, 0U);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(lab.path("store")))
    fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - std::chrono::hours(25));
  EXPECT_EQ(lab.store.leftovers(false).count, 9U);
  EXPECT_EQ(lab.store.leftovers(true).count, 9U);
  EXPECT_EQ(lab.store.leftovers(true).count, 0U);
  EXPECT_FALSE(fs::exists(lab.path("store/git/.tmp-repositorymade22")));
  EXPECT_TRUE(fs::exists(lab.path("store/dirs/.tmp-repositorymade22/mine")));
  EXPECT_TRUE(lab.store.find(item.key));
}

TEST(ItemList, FilesOfOthersAreNoLeftovers) {
  StoreLab lab;
  lab.put(SourceType::file, "x");
  for (const char* name : {"tmp/thesis/ch1.tex", "tmp/notes", "urls/bookmarks", "users/file",
                           "condemned/list", "packs/file/readme.json"})
    write_file(lab.path(std::string("store/") + name), "x");
  fs::create_directories(lab.path("store/tmp/internationalization")); // 20 letters
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(lab.path("store")))
    fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - std::chrono::hours(72));
  EXPECT_FALSE(lab.store.others_since(true));
  EXPECT_EQ(lab.store.leftovers(true).count, 0U);
  for (const char* name :
       {"tmp/thesis/ch1.tex", "tmp/notes", "tmp/internationalization", "urls/bookmarks",
        "users/file", "condemned/list", "packs/file/readme.json"})
    EXPECT_TRUE(fs::exists(lab.path(std::string("store/") + name))) << name;
}

} // namespace
} // namespace hdist
