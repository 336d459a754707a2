#include "source/item_note.h"

#include "testing/golden_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

ItemNote sample() {
  return {.key = SourceKey::make(SourceType::tar_gz, sha256("lua")).str(),
          .size_bytes = 1234,
          .addresses = {{"https://www.example.org/lua-5.4.tar.gz", 1'700'000'000},
                        {"deb-src:lua5.4/lua5.4_5.4.4.orig.tar.gz", 1'700'000'001}},
          .tags = {"transient"},
          .last_use_s = 1'700'000'002};
}

TEST(ItemNote, IsWrittenAsTheGoldenFile) {
  expect_golden("source/item.json", sample().text());
}

TEST(ItemNote, IsReadBackAsItWasWritten) {
  std::optional<ItemNote> note = ItemNote::parse(sample().text());
  ASSERT_TRUE(note);
  EXPECT_EQ(note->text(), sample().text());
}

TEST(ItemNote, WhatIsDamagedOrNewerIsNone) {
  EXPECT_FALSE(ItemNote::parse(""));
  EXPECT_FALSE(ItemNote::parse("{\"version\":1,\"key\""));
  EXPECT_FALSE(ItemNote::parse("[]"));
  EXPECT_FALSE(ItemNote::parse("{\"version\":2,\"key\":\"x\"}"));
}

TEST(ItemNote, ANumberThatJsonHasNotMakesItNone) {
  for (const char* number : {"007", "--1"})
    EXPECT_FALSE(ItemNote::parse(std::string(R"({"version":1,"key":"","size":)") + number +
                                 R"(,"urls":[],"tags":[],"last_use":1})" + "\n"))
        << number;
}

TEST(ItemNote, WrongFieldsAreAsIfTheyWereAbsent) {
  std::optional<ItemNote> note = ItemNote::parse(
      R"({"version":1,"size":"big","urls":[3,{"time":1},{"url":"u"}],"tags":{"a":1}})");
  ASSERT_TRUE(note);
  EXPECT_EQ(note->size_bytes, -1);
  ASSERT_EQ(note->addresses.size(), 1U);
  EXPECT_EQ(note->addresses[0].url, "u");
  EXPECT_TRUE(note->tags.empty());
}

TEST(ItemNote, OfAnyLayoutSaysTheSame) {
  for (const ItemNote& note : {ItemNote{}, sample(), ItemNote{.key = "k", .tags = {"a", "b"}}}) {
    const std::string own = note.text();
    std::string spaced = own;
    spaced.insert(1, " "); // which is not how notes are written
    ASSERT_TRUE(ItemNote::parse(own));
    ASSERT_TRUE(ItemNote::parse(spaced));
    EXPECT_EQ(ItemNote::parse(own)->text(), own);
    EXPECT_EQ(ItemNote::parse(spaced)->text(), own);
  }
}

TEST(ItemNote, KeepsAddressesThatNeedEscapes) {
  ItemNote note = sample();
  note.addresses.front().url = "/home/\"me\"/\\t\n\xc3\xa4";
  ASSERT_TRUE(ItemNote::parse(note.text()));
  EXPECT_EQ(ItemNote::parse(note.text())->addresses.front().url, note.addresses.front().url);
}

TEST(ItemNote, CutOffAnywhereIsNone) {
  const std::string text = sample().text();
  for (std::size_t size = 0; size + 1 < text.size(); ++size) // without its line end it is one
    EXPECT_FALSE(ItemNote::parse(text.substr(0, size))) << size;
}

TEST(ItemNote, KeepsEachAddressAndTagOnce) {
  ItemNote note;
  note.add_address("a", 1);
  note.add_address("b", 2);
  note.add_address("a", 3);
  ASSERT_EQ(note.addresses.size(), 2U);
  EXPECT_EQ(note.addresses[0].time_s, 3);
  EXPECT_TRUE(note.add_tags({"x", "y"}));
  EXPECT_FALSE(note.add_tags({"y"}));
  EXPECT_EQ(note.tags, (std::vector<std::string>{"x", "y"}));
}

} // namespace
} // namespace hdist
