#include "data/digest.h"

#include "base/error.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <unistd.h>
#include <utility>
#include <vector>

namespace hdist {

namespace {

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kDigestBase32Length = 52;
constexpr std::size_t kArtifactBase32Length = 32;
constexpr std::size_t kReadSize = std::size_t{128} << 10;

/// Groups of `bits` bits, most significant first; the last group is filled up with zero bits.
std::string encode_bits(std::string_view bytes, std::string_view alphabet, int bits) {
  std::string text;
  text.reserve(bytes.size() * 8 / static_cast<std::size_t>(bits) + 1);
  uint32_t pending = 0;
  int pending_bits = 0;
  for (const char c : bytes) {
    pending = (pending << 8) | static_cast<uint8_t>(c);
    pending_bits += 8;
    while (pending_bits >= bits) {
      pending_bits -= bits;
      text += alphabet[(pending >> pending_bits) & ((1u << bits) - 1)];
    }
    pending &= (1u << pending_bits) - 1;
  }
  if (pending_bits > 0) text += alphabet[(pending << (bits - pending_bits)) & ((1u << bits) - 1)];
  return text;
}

std::array<int8_t, 256> values_of(std::string_view alphabet) {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<uint8_t>(alphabet[i])] = static_cast<int8_t>(i);
  return values;
}

/// The inverse. Refuses other characters, a whole group too many, and filling bits that are not
/// zero: each value has one text only.
std::optional<std::string> decode_bits(std::string_view text, std::string_view alphabet, int bits) {
  const std::array<int8_t, 256> values = values_of(alphabet);
  std::string bytes;
  bytes.reserve(text.size() * static_cast<std::size_t>(bits) / 8);
  uint32_t pending = 0;
  int pending_bits = 0;
  for (const char c : text) {
    const int8_t value = values[static_cast<uint8_t>(c)];
    if (value < 0) return std::nullopt;
    pending = (pending << bits) | static_cast<uint32_t>(value);
    pending_bits += bits;
    if (pending_bits >= 8) {
      pending_bits -= 8;
      bytes += static_cast<char>(pending >> pending_bits);
      pending &= (1u << pending_bits) - 1;
    }
  }
  if (pending_bits >= bits || pending != 0) return std::nullopt;
  return bytes;
}

std::optional<Digest> digest_of_bytes(const std::optional<std::string>& bytes) {
  std::array<uint8_t, 32> raw{};
  if (!bytes || bytes->size() != raw.size()) return std::nullopt;
  std::transform(bytes->begin(), bytes->end(), raw.begin(),
                 [](char c) { return static_cast<uint8_t>(c); });
  return Digest(raw);
}

std::string_view as_text(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[noreturn]] void throw_openssl() {
  throw Error(ErrorKind::failed, "digest.openssl",
              "OpenSSL cannot compute SHA-256 (is it disabled by its configuration?)");
}

} // namespace

std::optional<Digest> Digest::parse_base32(std::string_view text) {
  if (text.size() != kDigestBase32Length) return std::nullopt;
  return digest_of_bytes(decode_bits(text, kBase32, 5));
}

std::optional<Digest> Digest::parse_hex(std::string_view text) {
  if (text.size() != 64) return std::nullopt;
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  return digest_of_bytes(decode_bits(lower, "0123456789abcdef", 4));
}

std::optional<Digest> Digest::parse_base64(std::string_view text) {
  if (text.size() != 44) return std::nullopt;
  return digest_of_bytes(base64_decode(text));
}

std::string Digest::base32() const {
  return base32_encode(as_text(bytes_));
}

std::string Digest::base32_32() const {
  return base32().substr(0, kArtifactBase32Length);
}

std::string Digest::hex() const {
  return encode_bits(as_text(bytes_), "0123456789abcdef", 4);
}

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> evp{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (!context_->evp || EVP_DigestInit_ex(context_->evp.get(), EVP_sha256(), nullptr) != 1)
    throw_openssl();
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  if (EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) != 1) throw_openssl();
}

Digest Sha256::finish() {
  std::array<uint8_t, 32> bytes{};
  if (EVP_DigestFinal_ex(context_->evp.get(), bytes.data(), nullptr) != 1) throw_openssl();
  return Digest(bytes);
}

Digest sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

Digest sha256_of_fd(int fd, std::string_view object) {
  Sha256 hash;
  std::vector<char> buffer(kReadSize);
  while (true) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count == 0) return hash.finish();
    if (count > 0)
      hash.update({buffer.data(), static_cast<std::size_t>(count)});
    else if (errno != EINTR)
      throw_errno("read", object);
  }
}

std::string base32_encode(std::string_view bytes) {
  return encode_bits(bytes, kBase32, 5);
}

std::string base64_encode(std::string_view bytes) {
  std::string text = encode_bits(bytes, kBase64, 6);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i)
    text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  return decode_bits(text, kBase64, 6);
}

} // namespace hdist
