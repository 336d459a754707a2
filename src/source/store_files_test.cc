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
  EXPECT_EQ(open_with(R"({"version":1,"kind":"artifacts"})"), "source.store-other-kind");
  EXPECT_EQ(open_with(R"({"version":2,"kind":"sources"})"), "source.store-too-new");
  EXPECT_EQ(open_with(R"({"version":1,"kind":"sources","required":["x"]})"),
            "source.store-too-new");
  EXPECT_EQ(open_with(R"({"version":1,"kind":"sources","optional":["x"]})"), "(no error)");
  EXPECT_EQ(open_with("{}"), "document.missing-field");
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
  write_file(tmp.path() + "/tmp/old", "x");
  write_file(tmp.path() + "/tmp/young", "x");
  fs::last_write_time(tmp.path() + "/tmp/old",
                      fs::file_time_type::clock::now() - std::chrono::hours(25));
  std::string name;
  Fd fd = files.new_temporary(name);
  EXPECT_FALSE(fs::exists(tmp.path() + "/tmp/old"));
  EXPECT_TRUE(fs::exists(tmp.path() + "/tmp/young"));
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
