#include "source/source_store.h"

#include "base/parallel.h"
#include "model/hitpack.h"
#include "source/source_testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

namespace fs = std::filesystem;

TEST(SourceStore, AShortKeyFindsTheFullItem) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::file, "x");
  std::optional<SourceKey> shorter = SourceKey::parse("file:" + item.key.digest().substr(0, 32));
  EXPECT_EQ(lab.store.find(*shorter)->key, item.key);
  EXPECT_FALSE(lab.store.find(*SourceKey::parse("tar.gz:" + std::string(32, 'a'))));
  EXPECT_FALSE(lab.store.find(*SourceKey::parse("git:" + std::string(40, 'a'))));
}

TEST(SourceStore, ADigestFindsAnArchiveOfAnyTypeButNoPack) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::tar_gz, fake_tar_gz("x"));
  auto find = [&](const std::string& bytes) {
    return lab.store.find(*Expectation::parse("sha256:" + sha256(bytes).hex()));
  };
  ASSERT_TRUE(find(fake_tar_gz("x")));
  EXPECT_EQ(find(fake_tar_gz("x"))->key, item.key);
  std::string pack = write_hitpack({{"a", "1"}});
  lab.store.put_pack(pack);
  EXPECT_FALSE(find(pack));
}

TEST(SourceStore, RemembersWhatAnAddressGave) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::file, "x", "https://u:p@h/x");
  EXPECT_EQ(lab.store.find_address("https://h/x")->key, item.key);
  EXPECT_EQ(lab.store.find_address("https://u:p@h/x")->key, item.key);
  EXPECT_FALSE(lab.store.find_address("https://h/y"));
  lab.store.add_address(item.key, "https://h/y");
  EXPECT_EQ(lab.store.find_address("https://h/y")->addresses.size(), 2U);
  fs::remove(item.path);
  EXPECT_FALSE(lab.store.find_address("https://h/x"));
}

TEST(SourceStore, AClaimIsNoAnswerForTheAddress) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::file, "x");
  lab.store.add_claim(item.key, "https://h/x");
  EXPECT_EQ(lab.store.find(item.key)->addresses.size(), 1U);
  EXPECT_FALSE(lab.store.find_address("https://h/x"));
}

TEST(SourceStore, UseIsNotedOnceInAWhile) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::file, "x");
  std::string old = "{\"version\":1,\"last_use\":5,\"tags\":[\"t\"]}";
  write_file(item.path + ".json", old);
  lab.store.note_use(item.key);
  SourceItem noted = *lab.store.find(item.key);
  EXPECT_GT(noted.last_use_s, 1'000'000'000);
  EXPECT_EQ(noted.tags, std::vector<std::string>{"t"});
  fs::file_time_type before = fs::last_write_time(item.path + ".json");
  lab.store.note_use(item.key);
  EXPECT_EQ(fs::last_write_time(item.path + ".json"), before);
}

TEST(SourceStore, APackIsStoredUnderHashDistsKey) {
  StoreLab lab;
  std::string pack = write_hitpack({{"a", "1"}});
  SourceItem item = lab.store.put_pack(pack);
  EXPECT_EQ(item.key, hitpack_key(pack));
  EXPECT_EQ(lab.store.put_pack(pack).key, item.key);
  EXPECT_EQ(code_of([&] { lab.store.put_pack("HDSTPCK1x"); }), "hitpack.invalid");
}

TEST(SourceStore, ADirectoryGoesInAndComesOutTheSame) {
  StoreLab lab;
  write_file(lab.path("tree/d/f"), "content");
  SourceItem item = lab.store.put_directory(lab.path("tree"));
  EXPECT_EQ(item.path, lab.path("store/dirs/") + item.key.digest());
  EXPECT_EQ(read_file(item.path).substr(0, 12), "hdist-dir 1\n");
  lab.store.unpack({.key = item.key, .target = lab.path("out"), .strip = {}});
  EXPECT_EQ(tree_text(lab.path("out")), "d/\nd/f=content\n");
  fs::permissions(lab.path("tree/d/f"), fs::perms::owner_all);
  EXPECT_NE(lab.store.put_directory(lab.path("tree")).key, item.key);
}

TEST(SourceStore, UnpackingWhatIsNotThereNamesKeyAndStore) {
  StoreLab lab;
  SourceKey key = SourceKey::make(SourceType::zip, sha256("x"));
  EXPECT_EQ(
      message_of([&] { lab.store.unpack({.key = key, .target = lab.path("out"), .strip = {}}); }),
      key.str() + " is not in the source store " + lab.path("store") + "\n  while unpacking " +
          key.str() + " to " + lab.path("out"));
  EXPECT_FALSE(fs::exists(lab.path("out")));
}

TEST(SourceStore, ADamagedItemLeavesNothingInTheTarget) {
  StoreLab lab;
  write_file(lab.path("tree/f"), "content");
  SourceItem item = lab.store.put_directory(lab.path("tree"));
  std::string bytes = read_file(item.path);
  bytes.replace(bytes.find("content"), 7, "CONTENT");
  fs::permissions(item.path, fs::perms::owner_all);
  write_file(item.path, bytes);
  fs::create_directory(lab.path("empty"));
  for (const char* target : {"out", "empty"}) {
    fs::remove(item.path + ".json"); // where it is noted that it is damaged
    EXPECT_EQ(code_of([&] {
                lab.store.unpack({.key = item.key, .target = lab.path(target), .strip = {}});
              }),
              "source.corrupt");
  }
  EXPECT_FALSE(fs::exists(lab.path("out")));
  EXPECT_EQ(StoreLab::count(lab.path("empty")), 0U);
}

TEST(SourceStore, SourcesOfAJobShareADirectory) {
  StoreLab lab;
  SourceItem a = lab.store.put_pack(write_hitpack({{"d/a", "1"}}));
  SourceItem b = lab.store.put_pack(write_hitpack({{"d/b", "2"}}));
  for (const SourceItem& item : {a, b})
    lab.store.unpack(
        {.key = item.key, .target = lab.path("job"), .strip = {}, .into_existing = true});
  EXPECT_EQ(tree_text(lab.path("job")), "d/\nd/a=1\nd/b=2\n");
  EXPECT_EQ(code_of([&] {
              lab.store.unpack(
                  {.key = a.key, .target = lab.path("job"), .strip = {}, .into_existing = true});
            }),
            "source.target-exists");
}

TEST(SourceStore, ManyThreadsPutTheSameItem) {
  StoreLab lab;
  parallel_for(20, 8, [&](std::size_t i) {
    SourceStore other = SourceStore::open(lab.path("store"));
    Deposit deposit = (i % 2 == 0 ? lab.store : other).deposit();
    deposit.write("same");
    deposit.finish(SourceType::file, std::nullopt, "http://h/" + std::to_string(i));
  });
  SourceItem item = *lab.store.find(SourceKey::make(SourceType::file, sha256("same")));
  EXPECT_EQ(read_file(item.path), "same");
  EXPECT_GE(item.addresses.size(), 1U);
  EXPECT_EQ(StoreLab::count(lab.path("store/packs/file")), 2U);
  EXPECT_EQ(lab.leftovers(), 0U);
}

} // namespace
} // namespace hdist
