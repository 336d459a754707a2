#include "data/sha1.h"

#include "base/error.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>

namespace hdist {

namespace {

constexpr std::size_t kBytes = 20;

[[noreturn]] void throw_openssl() {
  throw Error(ErrorKind::failed, "data.sha1", "OpenSSL cannot compute SHA-1");
}

} // namespace

struct Sha1::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> evp{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Sha1::Sha1() : context_(std::make_unique<Context>()) {
  if (!context_->evp || EVP_DigestInit_ex(context_->evp.get(), EVP_sha1(), nullptr) != 1)
    throw_openssl();
}

Sha1::~Sha1() = default;
Sha1::Sha1(Sha1&&) noexcept = default;
Sha1& Sha1::operator=(Sha1&&) noexcept = default;

void Sha1::update(std::string_view bytes) {
  if (EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) != 1) throw_openssl();
}

std::string Sha1::finish_hex() {
  std::array<uint8_t, kBytes> bytes{};
  if (EVP_DigestFinal_ex(context_->evp.get(), bytes.data(), nullptr) != 1) throw_openssl();
  std::string text;
  for (uint8_t byte : bytes)
    text += fmt::format("{:02x}", byte);
  return text;
}

} // namespace hdist
