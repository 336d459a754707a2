#include "source/store_files.h"

#include "source/source_testing.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace hdist {
namespace {

namespace fs = std::filesystem;

TEST(StoreFiles, ANewStoreSaysWhatItIs) {
  TempDir tmp;
  StoreFiles files(tmp.path() + "/a/store");
  EXPECT_EQ(read_file(tmp.path() + "/a/store/store.json"),
            "{\"version\":1,\"kind\":\"sources\",\"required\":[],\"optional\":[]}\n");
}

TEST(StoreFiles, AStoreOfAnotherKindOrALaterReleaseIsRefused) {
  TempDir tmp;
  auto open_with = [&](const std::string& json) {
    write_file(tmp.path() + "/store.json", json);
    return code_of([&] { StoreFiles files(tmp.path()); });
  };
  EXPECT_EQ(open_with(R"({"version":1,"kind":"artifacts"})"), "store.other-kind");
  EXPECT_EQ(open_with(R"({"version":2,"kind":"sources"})"), "store.unknown-version");
  EXPECT_EQ(open_with(R"({"version":1,"kind":"sources","required":["x"]})"),
            "store.unknown-feature");
  EXPECT_EQ(open_with(R"({"version":1,"kind":"sources","optional":["x"]})"), "(no error)");
  EXPECT_EQ(open_with("{}"), "document.missing-field");
}

TEST(StoreFiles, ADirectoryThatHasThingsOfItsOwnWhereAStoreHasItsIsRefused) {
  TempDir tmp;
  for (const char* name : {"tmp", "users", "urls", "condemned", "packs", "files", "dirs", "git"}) {
    const std::string stick = tmp.path() + "/with-" + name;
    write_file(stick + "/" + name + "/thesis/ch1.tex", "x");
    EXPECT_EQ(code_of([&] { StoreFiles files(stick); }), "source.store-foreign");
    EXPECT_FALSE(fs::exists(stick + "/store.json"));
  }
  write_file(tmp.path() + "/other/photos/1.jpg", "x");
  EXPECT_EQ(code_of([&] { StoreFiles files(tmp.path() + "/other"); }), "(no error)");
}

TEST(StoreFiles, AnItemWithoutNoteOrWithADamagedOneIsStillAnItem) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::file, "hello", "http://h/x");
  fs::remove(item.path + ".json");
  std::optional<SourceItem> found = lab.store.find(item.key);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->addresses.empty());
  write_file(item.path + ".json", "garbage");
  EXPECT_TRUE(lab.store.find(item.key));
  lab.store.add_tags(item.key, {"t"});
  EXPECT_EQ(lab.store.find(item.key)->tags, std::vector<std::string>{"t"});
}

TEST(StoreFiles, AnItemThatWasCutOffIsAbsentAndReplacedByAWholeOne) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::file, "hello");
  fs::permissions(item.path, fs::perms::owner_all);
  fs::resize_file(item.path, 2);
  EXPECT_FALSE(lab.store.find(item.key));
  lab.put(SourceType::file, "hello");
  EXPECT_TRUE(lab.store.find(item.key));
  EXPECT_EQ(read_file(item.path), "hello");
}

TEST(StoreFiles, ItemsAreReadOnlyWhateverTheUmask) {
  StoreLab lab;
  mode_t before = umask(0);
  SourceItem item = lab.put(SourceType::file, "hello");
  umask(before);
  struct stat status {};
  ASSERT_EQ(stat(item.path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0444U);
}

TEST(StoreFiles, LeftoversOfADayAgoAreRemovedAndYoungOnesStay) {
  TempDir tmp;
  StoreFiles files(tmp.path());
  const std::string old = tmp.path() + "/tmp/abcdefghijklmnop2345";
  const std::string young = tmp.path() + "/tmp/abcdefghijklmnop2346";
  const std::string foreign = tmp.path() + "/tmp/thesis";
  for (const std::string& file : {old, young, foreign + "/ch1.tex"})
    write_file(file, "x");
  for (const std::string& file : {old, foreign})
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(25));
  std::string name;
  Fd fd = files.new_temporary(name);
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(young));
  EXPECT_TRUE(fs::exists(foreign + "/ch1.tex"));
  EXPECT_TRUE(fs::exists(tmp.path() + "/" + name));
}

TEST(StoreFiles, AnAddressOfADamagedIndexIsUnknown) {
  TempDir tmp;
  StoreFiles files(tmp.path());
  SourceKey key = SourceKey::make(SourceType::file, sha256("x"));
  EXPECT_FALSE(files.key_of_address("http://h/x"));
  files.set_address("http://h/x", key);
  EXPECT_EQ(files.key_of_address("http://h/x"), key);
  write_file(tmp.path() + "/urls/" + sha256("http://h/x").base32(), "nonsense");
  EXPECT_FALSE(files.key_of_address("http://h/x"));
}

} // namespace
} // namespace hdist
