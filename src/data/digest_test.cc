#include "data/digest.h"

#include "data/vectors_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace hdist {
namespace {

/// An open file that is closed at the end of the test.
struct File {
  explicit File(const std::string& path) : fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() { ::close(fd); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd;
};

constexpr std::string_view kAbcHex =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Digest, HasTheKnownValueOfAbc) {
  EXPECT_EQ(sha256("abc").hex(), kAbcHex);
}

TEST(Digest, PiecesGiveTheDigestOfTheWhole) {
  Sha256 hash;
  hash.update("a");
  hash.update("");
  Sha256 moved = std::move(hash);
  moved.update("bc");
  EXPECT_EQ(moved.finish(), sha256("abc"));
}

TEST(Digest, TheShortFormIsTheOriginalsForEveryVector) {
  const Value golden = golden_json("hasher.json");
  const Value::List& vectors = *golden.find("digest_format")->if_list();
  ASSERT_EQ(vectors.size(), 4u);
  for (const Value& vector : vectors)
    EXPECT_EQ(sha256(text_of(vector, "data_utf8")).base32_32(), text_of(vector, "digest"));
}

TEST(Digest, AHitPacksBytesHaveTheDigestOfTheVector) {
  const Value vectors = golden_json("hitpack.json");
  int checked = 0;
  for (const Value& vector : *vectors.if_list()) {
    if (vector.find("pack_base64") == nullptr) continue; // too long to be in the file
    const std::string text = text_of(vector, "pack_base64");
    const std::optional<std::string> pack = base64_decode(text);
    ASSERT_TRUE(pack.has_value()) << text;
    EXPECT_EQ(sha256(*pack).hex(), text_of(vector, "pack_sha256"));
    EXPECT_EQ(base64_encode(*pack), text);
    ++checked;
  }
  EXPECT_GE(checked, 6);
}

TEST(Digest, EveryTextFormReadsBackAsTheSameDigest) {
  const Digest digest = sha256("round trip");
  EXPECT_EQ(digest.base32().size(), 52u);
  EXPECT_EQ(Digest::parse_base32(digest.base32()), digest);
  EXPECT_EQ(Digest::parse_hex(digest.hex()), digest);
  EXPECT_EQ(Digest::parse_hex("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"),
            sha256("abc"));
  EXPECT_EQ(Digest::parse_base64("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="), sha256("abc"));
}

TEST(Digest, OnlyTheCanonicalBase32TextIsAccepted) {
  const std::string text = sha256("abc").base32();
  EXPECT_FALSE(Digest::parse_base32(text.substr(0, 51)));
  EXPECT_FALSE(Digest::parse_base32(text + "a"));
  EXPECT_FALSE(Digest::parse_base32("A" + text.substr(1)));
  EXPECT_FALSE(Digest::parse_base32("1" + text.substr(1)));
  // The last character carries one bit: any other than 'a' and 'q' would be a second text of one
  // digest.
  std::string other = text;
  other.back() = other.back() == 'a' ? 'b' : 'r';
  EXPECT_FALSE(Digest::parse_base32(other));
  EXPECT_FALSE(Digest::parse_base32(""));
}

TEST(Digest, OnlyTheCanonicalBase64TextIsAccepted) {
  EXPECT_FALSE(Digest::parse_base64(
      "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa1=")); // filling bits not zero
  EXPECT_FALSE(Digest::parse_base64("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0"));
  EXPECT_FALSE(Digest::parse_base64("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0a"));
  EXPECT_FALSE(Digest::parse_base64("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0="));
  EXPECT_FALSE(Digest::parse_hex(std::string(64, 'g')));
  EXPECT_FALSE(Digest::parse_hex(kAbcHex.substr(1)));
}

TEST(Digest, AFileIsHashedFromItsOffsetToItsEnd) {
  TempDir tmp;
  const std::string content(300'000, 'x');
  write_file(tmp.path() + "/f", "head" + content);
  const File file(tmp.path() + "/f");
  EXPECT_EQ(::lseek(file.fd, 4, SEEK_SET), 4);
  EXPECT_EQ(sha256_of_fd(file.fd, "f"), sha256(content));
  EXPECT_EQ(sha256_of_fd(file.fd, "f"), sha256(""));
}

TEST(Digest, AFileThatCannotBeReadIsNamed) {
  TempDir tmp;
  const File directory(tmp.path());
  EXPECT_EQ(message_of([&] { sha256_of_fd(directory.fd, "the pack"); }),
            "read the pack: Is a directory");
}

TEST(Base64, TheRfcsExamplesRoundTrip) {
  const std::vector<std::pair<std::string, std::string>> examples = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
}

TEST(Base64, OtherTextsAreRefused) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg==Zg==", "Zh==", "Zm9=", "=",
                           "====", "Z===", "Zm 9", "Zm9v\n", "Zm8=="})
    EXPECT_FALSE(base64_decode(text)) << text;
}

TEST(Base32, TheRfcsExamplesAreLowerCaseAndNotPadded) {
  EXPECT_EQ(base32_encode(""), "");
  EXPECT_EQ(base32_encode("f"), "my");
  EXPECT_EQ(base32_encode("foobar"), "mzxw6ytboi");
}

} // namespace
} // namespace hdist
