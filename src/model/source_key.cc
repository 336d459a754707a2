#include "model/source_key.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace hdist {
namespace {

constexpr std::size_t kShort = 32; // characters of HashDist's digests
constexpr std::size_t kCommit = 40;

constexpr std::array<std::pair<SourceType, std::string_view>, 10> kTypes{{
    {SourceType::tar_gz, "tar.gz"},
    {SourceType::tar_bz2, "tar.bz2"},
    {SourceType::tar_xz, "tar.xz"},
    {SourceType::tar_zst, "tar.zst"},
    {SourceType::tar, "tar"},
    {SourceType::zip, "zip"},
    {SourceType::file, "file"},
    {SourceType::files, "files"},
    {SourceType::dir, "dir"},
    {SourceType::git, "git"},
}};

constexpr std::array<std::pair<std::string_view, SourceType>, 12> kSuffixes{{
    {".tar.gz", SourceType::tar_gz},
    {".tgz", SourceType::tar_gz},
    {".tar.bz2", SourceType::tar_bz2},
    {".tb2", SourceType::tar_bz2},
    {".tbz2", SourceType::tar_bz2},
    {".tbz", SourceType::tar_bz2},
    {".tar.xz", SourceType::tar_xz},
    {".txz", SourceType::tar_xz},
    {".tar.zst", SourceType::tar_zst},
    {".tzst", SourceType::tar_zst},
    {".tar", SourceType::tar},
    {".zip", SourceType::zip},
}};

bool is_short_base32(std::string_view text) {
  return text.size() == kShort && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
         });
}

bool is_commit(std::string_view text) {
  return text.size() == kCommit && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool same_as_far_as_known(std::string_view a, std::string_view b) {
  std::size_t common = std::min(a.size(), b.size());
  return a.substr(0, common) == b.substr(0, common);
}

} // namespace

std::string_view source_type_text(SourceType type) {
  for (const auto& [known, text] : kTypes)
    if (known == type) return text;
  return "?";
}

std::optional<SourceType> parse_source_type(std::string_view text) {
  if (text == "targz") return SourceType::tar_gz; // the founding document's spelling
  for (const auto& [type, known] : kTypes)
    if (known == text) return type;
  return std::nullopt;
}

bool is_archive(SourceType type) {
  switch (type) {
  case SourceType::tar_gz:
  case SourceType::tar_bz2:
  case SourceType::tar_xz:
  case SourceType::tar_zst:
  case SourceType::tar:
  case SourceType::zip:
    return true;
  case SourceType::file:
  case SourceType::files:
  case SourceType::dir:
  case SourceType::git:
    return false;
  }
  return false;
}

std::optional<SourceType> source_type_of_url(std::string_view url) {
  // A plain path has neither query nor fragment: '?' and '#' are characters of file names there.
  if (url.find("://") != std::string_view::npos) url = url.substr(0, url.find_first_of("?#"));
  std::string lower = to_lower(url);
  for (const auto& [suffix, type] : kSuffixes)
    if (lower.ends_with(suffix)) return type;
  return std::nullopt;
}

std::optional<SourceKey> SourceKey::parse(std::string_view text) {
  std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::optional<SourceType> type = parse_source_type(text.substr(0, colon));
  if (!type) return std::nullopt;
  std::string_view digest = text.substr(colon + 1);
  bool valid = *type == SourceType::git ? is_commit(digest)
                                        : is_short_base32(digest) || Digest::parse_base32(digest);
  if (!valid) return std::nullopt;
  return SourceKey(*type, std::string(digest));
}

SourceKey SourceKey::make(SourceType type, const Digest& digest) {
  if (type == SourceType::git)
    throw Error(ErrorKind::failed, "source.key",
                "a git key is made of a commit, not of the digest " + digest.base32());
  return {type, digest.base32()};
}

std::string SourceKey::str() const {
  return fmt::format("{}:{}", source_type_text(type_), digest_);
}

bool SourceKey::names_same(const SourceKey& other) const {
  return type_ == other.type_ && same_as_far_as_known(digest_, other.digest_);
}

std::optional<Expectation> Expectation::parse(std::string_view text) {
  constexpr std::string_view kHex = "sha256:";
  constexpr std::string_view kSri = "sha256-";
  std::optional<Digest> digest;
  if (text.starts_with(kHex)) {
    digest = Digest::parse_hex(text.substr(kHex.size()));
  } else if (text.starts_with(kSri)) {
    digest = Digest::parse_base64(text.substr(kSri.size()));
  } else if (std::optional<SourceKey> key = SourceKey::parse(text)) {
    return Expectation(*std::move(key));
  }
  if (!digest) return std::nullopt;
  return Expectation(*digest);
}

bool Expectation::met_by(const SourceKey& got) const {
  if (key_) return key_->names_same(got);
  // The digests of packs, directories and commits are not those of the bytes somebody published.
  bool of_bytes = is_archive(got.type()) || got.type() == SourceType::file;
  return of_bytes && same_as_far_as_known(digest_.base32(), got.digest());
}

std::string Expectation::str() const {
  return key_ ? key_->str() : "sha256:" + digest_.hex();
}

} // namespace hdist
