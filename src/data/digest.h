// digest.h: SHA-256 of bytes and files, and its text forms.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hdist {

/// A SHA-256 value, 32 bytes.
class Digest {
public:
  Digest() = default; // all zero
  explicit Digest(const std::array<uint8_t, 32>& bytes) : bytes_(bytes) {}
  /// 52 characters of base32 (RFC 4648, lower case, no padding), canonical only; nullopt otherwise.
  static std::optional<Digest> parse_base32(std::string_view text);
  static std::optional<Digest> parse_hex(std::string_view text); // 64 digits, either case
  static std::optional<Digest>
  parse_base64(std::string_view text); // 44 characters with padding, as in SRI
  const std::array<uint8_t, 32>& bytes() const { return bytes_; }
  std::string base32() const;    // 52 characters
  std::string base32_32() const; // the first 32: 20 bytes, the form of artifact ids
  std::string hex() const;
  friend auto operator<=>(const Digest&, const Digest&) = default;

private:
  std::array<uint8_t, 32> bytes_{};
};

/// Incremental SHA-256 (OpenSSL EVP: uses the CPU's instructions).
class Sha256 {
public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  Digest finish(); // once

private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Digest sha256(std::string_view bytes);
/// From the current offset to the end. `object` names the file in errors.
Digest sha256_of_fd(int fd, std::string_view object);

std::string base32_encode(std::string_view bytes); // RFC 4648, lower case, no padding
std::string base64_encode(std::string_view bytes); // with padding
std::optional<std::string> base64_decode(std::string_view text);

} // namespace hdist
