#include "model/artifact_id.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {
namespace {

constexpr std::size_t kMaxName = 100;
constexpr std::string_view kReserved = "roots";
constexpr std::size_t kHash = 32;
constexpr std::size_t kShortHash = 12;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '+' || c == '-';
}

bool is_base32_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
}

} // namespace

bool is_valid_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName && name.front() != '-' && name != kReserved &&
         std::all_of(name.begin(), name.end(), is_name_char);
}

std::optional<ArtifactId> ArtifactId::parse(std::string_view text) {
  std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || !is_valid_name(text.substr(0, slash))) return std::nullopt;
  std::string_view hash = text.substr(slash + 1);
  // 32 characters are 160 bits exactly, so every one of them is free: there is no second spelling.
  if (hash.size() != kHash || !std::all_of(hash.begin(), hash.end(), is_base32_char))
    return std::nullopt;
  return ArtifactId(std::string(text));
}

std::optional<ArtifactId> ArtifactId::parse_old(std::string_view text) {
  const std::size_t end = text.rfind('-');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view before = text.substr(0, end);
  std::size_t version = before.rfind('-');
  for (std::size_t at = before.find('-'); at != std::string_view::npos;
       at = before.find('-', at + 1))
    if (at + 1 < before.size() && before[at + 1] >= '0' && before[at + 1] <= '9') {
      version = at;
      break;
    }
  return parse(std::string(before.substr(0, version)) + "/" + std::string(text.substr(end + 1)));
}

std::vector<OldSpelling> old_spellings(std::string_view text) {
  std::vector<OldSpelling> spellings;
  const std::size_t end = text.rfind('-');
  if (end == std::string_view::npos) return spellings;
  const std::string_view before = text.substr(0, end);
  const std::string hash(text.substr(end + 1));
  if (hash.empty() || hash.size() > kHash || !std::all_of(hash.begin(), hash.end(), is_base32_char))
    return spellings;
  if (is_valid_name(before)) spellings.push_back({std::string(before), "", hash});
  for (std::size_t at = before.find('-'); at != std::string_view::npos;
       at = before.find('-', at + 1))
    if (is_valid_name(before.substr(0, at)) && at + 1 < before.size())
      spellings.push_back(
          {std::string(before.substr(0, at)), std::string(before.substr(at + 1)), hash});
  return spellings;
}

ArtifactId ArtifactId::make(std::string_view name, const Digest& digest) {
  if (!is_valid_name(name))
    throw Error(ErrorKind::usage, "spec.name",
                fmt::format("\"{}\" cannot be the name of an artifact: expected {}",
                            printable(name), kNameRule));
  return ArtifactId(fmt::format("{}/{}", name, digest.base32_32()));
}

std::string ArtifactId::name() const {
  return text_.substr(0, text_.find('/'));
}

std::string ArtifactId::hash32() const {
  return text_.substr(text_.find('/') + 1);
}

std::string ArtifactId::hash12() const {
  return text_.substr(text_.find('/') + 1, kShortHash);
}

std::string ArtifactId::short_text() const {
  return text_.substr(0, text_.find('/') + 1 + kShortHash);
}

} // namespace hdist
