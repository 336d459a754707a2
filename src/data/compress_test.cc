#include "data/compress.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

constexpr int64_t kLimit = 10 << 20;

std::string sample(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i)
    text += std::to_string(i * i * 2654435761u);
  text.resize(size);
  return text;
}

TEST(Zstd, EverySizeRoundTrips) {
  for (const std::size_t size : {0u, 1u, 100u, 131'072u, 131'073u, 3'000'000u}) {
    const std::string text = sample(size);
    EXPECT_EQ(zstd_decompress(zstd_compress(text), kLimit), text) << size;
  }
}

TEST(Zstd, PiecesWrittenOneByOneRoundTrip) {
  std::string compressed;
  ZstdWriter first([&compressed](std::string_view piece) { compressed += piece; }, 1);
  first.write("one ");
  ZstdWriter writer = std::move(first);
  for (int i = 0; i < 1000; ++i)
    writer.write("piece");
  writer.write("");
  writer.finish();
  std::string expected = "one ";
  for (int i = 0; i < 1000; ++i)
    expected += "piece";
  EXPECT_EQ(zstd_decompress(compressed, kLimit), expected);
}

TEST(Zstd, SeveralFramesAreReadAsOneText) {
  EXPECT_EQ(zstd_decompress(zstd_compress("a") + zstd_compress("") + zstd_compress("b"), kLimit),
            "ab");
}

TEST(Zstd, TextThatIsNoZstdIsRefused) {
  const auto error_of = [](const std::string& bytes) {
    return message_of([&] { zstd_decompress(bytes, kLimit); });
  };
  EXPECT_EQ(error_of(""), "the zstd data ends too early");
  EXPECT_EQ(error_of("hello world").substr(0, 21), "this is no zstd data:");
  const std::string good = zstd_compress(sample(100'000));
  EXPECT_EQ(error_of(good.substr(0, good.size() - 1)), "the zstd data ends too early");
  EXPECT_EQ(error_of(good + "x").substr(0, 21), "this is no zstd data:");
  EXPECT_EQ(error_of(good + "trailing").substr(0, 21), "this is no zstd data:");
  std::string damaged = good;
  damaged.back() = static_cast<char>(damaged.back() ^ 1); // the checksum
  EXPECT_EQ(error_of(damaged).substr(0, 21), "this is no zstd data:");
}

TEST(Zstd, ABombIsStoppedAtTheLimit) {
  const std::string bomb = zstd_compress(std::string(50u << 20, '\0'));
  EXPECT_LT(bomb.size(), 10'000u);
  EXPECT_EQ(message_of([&] { zstd_decompress(bomb, 1 << 20); }),
            "the decompressed data is larger than 1.0 MiB");
  EXPECT_EQ(zstd_decompress(zstd_compress("1234"), 4), "1234");
  EXPECT_EQ(message_of([&] { zstd_decompress(zstd_compress("12345"), 4); }),
            "the decompressed data is larger than 4 B");
}

} // namespace
} // namespace hdist
