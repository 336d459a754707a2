#include "source/deposit.h"

#include "base/parallel.h"
#include "source/item_place.h"
#include "source/source_testing.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

namespace hdist {
namespace {

TEST(Deposit, IsFoundUnderTheDigestOfItsBytes) {
  StoreLab lab;
  SourceItem item = lab.put(SourceType::tar_gz, fake_tar_gz("x"), "https://h/x.tar.gz");
  EXPECT_EQ(item.key, SourceKey::make(SourceType::tar_gz, sha256(fake_tar_gz("x"))));
  EXPECT_EQ(item.path, lab.path("store/packs/tar.gz/") + item.key.digest());
  EXPECT_EQ(item.size_bytes, 5);
  ASSERT_EQ(item.addresses.size(), 1U);
  EXPECT_EQ(item.addresses[0].url, "https://h/x.tar.gz");
  EXPECT_EQ(lab.leftovers(), 0U);
}

TEST(Deposit, EqualContentIsStoredOnceAndKnowsAllItsAddresses) {
  StoreLab lab;
  lab.put(SourceType::file, "same", "http://a/x");
  SourceItem item = lab.put(SourceType::file, "same", "http://b/x");
  EXPECT_EQ(item.addresses.size(), 2U);
  EXPECT_EQ(StoreLab::count(lab.path("store/packs/file")), 2U); // with its note
  EXPECT_EQ(lab.leftovers(), 0U);
}

TEST(Deposit, OtherContentThanExpectedIsRefusedAndKeptNowhere) {
  StoreLab lab;
  SourceKey key = SourceKey::make(SourceType::file, sha256("right"));
  Deposit deposit = lab.store.deposit();
  deposit.write("wro");
  deposit.write("ng");
  SourceKey wrong = SourceKey::make(SourceType::file, sha256("wrong"));
  EXPECT_EQ(message_of([&] {
              Deposit moved = std::move(deposit);
              moved.finish(SourceType::file, Expectation(key), "http://u:p@h/x");
            }),
            "http://h/x gave " + wrong.str() + " (5 bytes), expected " + key.str());
  EXPECT_FALSE(lab.store.find(wrong));
  EXPECT_FALSE(lab.store.find_address("http://h/x"));
  EXPECT_EQ(lab.leftovers(), 0U);
}

TEST(Deposit, WhatIsNoArchiveIsRefusedAndKeptNowhere) {
  StoreLab lab;
  EXPECT_EQ(code_of([&] { lab.put(SourceType::tar_gz, "<html>"); }), "source.not-an-archive");
  EXPECT_EQ(lab.leftovers(), 0U);
}

TEST(Deposit, DestroyingItRemovesTheBytes) {
  StoreLab lab;
  {
    Deposit deposit = lab.store.deposit();
    deposit.write(std::string(1000, 'a'));
    EXPECT_EQ(deposit.first_bytes().size(), 512U);
    EXPECT_EQ(deposit.size_bytes(), 1000);
    EXPECT_EQ(lab.leftovers(), 1U);
  }
  EXPECT_EQ(lab.leftovers(), 0U);
}

TEST(Deposit, ASuspendedOneSaysOfWhatItIsTheBeginning) {
  StoreLab lab;
  auto suspend = [&](const PartVersion& version) {
    Deposit deposit = lab.store.deposit();
    deposit.write("begin");
    deposit.suspend("http://h/x", version);
  };
  suspend({"\"v 1\"", 10});
  Deposit later = lab.store.deposit();
  std::optional<PartVersion> version = later.resume("http://h/x");
  ASSERT_TRUE(version);
  EXPECT_EQ(version->validator, "\"v 1\"");
  EXPECT_EQ(version->total_bytes, 10);
  EXPECT_EQ(later.size_bytes(), 5);
  EXPECT_FALSE(lab.store.deposit().resume("http://h/x")); // taken
  suspend({"then", -1});
  EXPECT_EQ(lab.store.deposit().resume("http://h/x").value().total_bytes, -1);
  suspend({"then", -1});
  const std::string note = lab.path("store/tmp/part-") + sha256("http://h/x").base32() + ".version";
  write_file(note, sha256("begin").base32() + "\nthen"); // without a total
  EXPECT_FALSE(lab.store.deposit().resume("http://h/x"));
}

TEST(Deposit, AShortKeyOrADigestAsExpectationIsEnough) {
  StoreLab lab;
  std::string digest = sha256("x").base32();
  for (const std::string& text :
       {"file:" + digest.substr(0, 32), "sha256:" + sha256("x").hex(), "file:" + digest}) {
    Deposit deposit = lab.store.deposit();
    deposit.write("x");
    EXPECT_EQ(deposit.finish(SourceType::file, Expectation::parse(text), "").key.digest(), digest);
  }
}

// Without the second try this fails nearly always, not always: the item goes at any time after it
// is in its place.
TEST(Deposit, WhatIsRemovedJustAfterItWasPutIsPutAgain) {
  StoreLab lab;
  const std::string path =
      lab.path("store/") + item_place(SourceKey::make(SourceType::file, sha256("content")));
  parallel_for(2, 2, [&](std::size_t who) {
    if (who == 0) {
      EXPECT_EQ(lab.put(SourceType::file, "content").size_bytes, 7);
      return;
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    for (int removed = 0; removed < 3 && std::chrono::steady_clock::now() < end;)
      if (::unlink(path.c_str()) == 0) ++removed;
  });
}

} // namespace
} // namespace hdist
