// With streams of a made-up compression: a length, then that many bytes. Real ones are in
// unpack_test.cc.
#include "archive/gzip.h"

#include "base/dir.h"
#include "base/error.h"
#include "testing/testing.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace hdist {
namespace {

using namespace std::string_literals;

/// The checksum is the sum of the bytes. Reads two bytes ahead at the end, as a decoder with a bit
/// buffer does.
class CountedBytes final : public Inflater {
public:
  void start() override {
    left_.reset();
    sum_ = 0;
    excess_.clear();
  }
  Step step(std::string_view in, char* out, std::size_t out_size) override {
    Step step;
    if (!left_ && !in.empty()) {
      left_ = static_cast<std::size_t>(in.front());
      step.read = 1;
    }
    step.written = std::min({left_.value_or(0), in.size() - step.read, out_size});
    for (char c : in.substr(step.read, step.written)) {
      *out++ = c;
      sum_ += static_cast<unsigned char>(c);
    }
    step.read += step.written;
    if (left_) *left_ -= step.written;
    step.is_end = left_ == 0U;
    if (step.is_end) excess_ = in.substr(step.read, 2);
    step.read += excess_.size();
    return step;
  }
  uint32_t crc() const override { return sum_; }
  std::string excess() const override { return excess_; }

private:
  std::optional<std::size_t> left_;
  uint32_t sum_ = 0;
  std::string excess_;
};

std::string number(uint32_t value) {
  std::string bytes;
  for (int i = 0; i < 4; ++i, value >>= 8)
    bytes += static_cast<char>(value & 0xffU);
  return bytes;
}

std::string member(const std::string& content, char flags = 0, const std::string& fields = "") {
  uint32_t sum = 0;
  for (char c : content)
    sum += static_cast<unsigned char>(c);
  return "\x1f\x8b\x08"s + flags + "time\0\3"s + fields + static_cast<char>(content.size()) +
         content + number(sum) + number(static_cast<uint32_t>(content.size()));
}

std::string unpacked(const std::string& bytes) {
  TempDir tmp;
  write_file(tmp.path() + "/x", bytes);
  Fd fd(open((tmp.path() + "/x").c_str(), O_RDONLY | O_CLOEXEC));
  try {
    ArchiveFile file(fd.get(), "x", {}, {});
    GzipSource source(file, std::make_unique<CountedBytes>());
    std::string all;
    for (std::string_view piece = source.next(); !piece.empty(); piece = source.next())
      all += piece;
    return all;
  } catch (const Error& error) {
    return error.message().substr(std::string("x is not a valid archive: ").size());
  }
}

TEST(Gzip, ReadsMembersInARowAndPadding) {
  EXPECT_EQ(unpacked(member("abc")), "abc");
  EXPECT_EQ(unpacked(member("abc") + member("") + member("def")), "abcdef");
  EXPECT_EQ(unpacked(member("abc") + std::string(1000, '\0')), "abc");
}

TEST(Gzip, SkipsTheFieldsOfTheHeader) {
  EXPECT_EQ(unpacked(member("abc", 2, "cc")), "abc");
  EXPECT_EQ(unpacked(member("abc", 4, "\3\0xyz"s)), "abc");
  EXPECT_EQ(unpacked(member("abc", 8 | 16, "name\0comment\0"s)), "abc");
}

TEST(Gzip, OfMoreBytesThanTheBufferOfTheFileIsRead) {
  std::string many, content;
  for (int i = 0; i < 4000; ++i) {
    many += member(std::string(100, 'x'));
    content += std::string(100, 'x');
  }
  EXPECT_EQ(unpacked(many), content);
}

TEST(Gzip, IsCheckedByItsTrailer) {
  std::string whole = member("abc");
  std::string crc = whole, size = whole;
  ++crc[crc.size() - 5];
  ++size[size.size() - 1];
  EXPECT_EQ(unpacked(crc), "the gzip CRC is wrong");
  EXPECT_EQ(unpacked(size), "the gzip length is wrong");
}

TEST(Gzip, ThatIsCutOffAnywhereIsTruncated) {
  std::string whole = member("abc", 4 | 8, "\2\0xyname\0"s);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(unpacked(whole.substr(0, size)), "the gzip stream is truncated") << size;
}

TEST(Gzip, FollowedByAnythingElseIsInvalid) {
  EXPECT_EQ(unpacked(member("abc") + "x"), "no gzip header where one should be");
  EXPECT_EQ(unpacked(member("abc") + "\0x"s),
            "bytes that are no gzip member follow the end of the gzip stream");
}

TEST(Gzip, OfAnUnknownKindIsInvalid) {
  EXPECT_EQ(unpacked("\x1f\x8b\x07"s + std::string(20, 'x')),
            "the gzip compression method is unknown");
  EXPECT_EQ(unpacked(member("abc", '\x20')), "the gzip header has unknown flags");
  EXPECT_EQ(unpacked("\x1f\x8b\x08\x08"s + std::string(3 << 20, 'x')),
            "the gzip header has no end");
}

} // namespace
} // namespace hdist
