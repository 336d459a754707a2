// source_key.h: kind + digest of a source, and what a fetch is expected to give.
#pragma once

#include "data/digest.h"

#include <optional>
#include <string>
#include <string_view>

namespace hdist {

enum class SourceType { tar_gz, tar_bz2, tar_xz, tar_zst, tar, zip, file, files, dir, git };

std::string_view source_type_text(SourceType type);                 // "tar.gz", ...
std::optional<SourceType> parse_source_type(std::string_view text); // also "targz"
bool is_archive(SourceType type);                                   // tar.* and zip
/// From the end of an address's path (query and fragment cut, any case): ".tar.gz" ".tgz"
/// ".tar.bz2" ".tb2" ".tbz2" ".tbz"
/// ".tar.xz" ".txz" ".tar.zst" ".tzst" ".tar" ".zip"; nullopt otherwise.
std::optional<SourceType> source_type_of_url(std::string_view url);

/// "tar.gz:<52 base32>" (or the 32 first of them: HashDist's form), "git:<40 hex>". Always valid.
class SourceKey {
public:
  static std::optional<SourceKey> parse(std::string_view text);
  static SourceKey make(SourceType type, const Digest& digest);
  SourceType type() const { return type_; }
  const std::string& digest() const { return digest_; } // 52, 32 or (git) 40 characters
  bool is_short() const { return type_ != SourceType::git && digest_.size() == 32; }
  std::string str() const;
  /// Same type, and equal digests as far as both say them.
  bool names_same(const SourceKey& other) const;
  // NOLINTNEXTLINE(modernize-use-nullptr): the 0 of <=>, which is no pointer
  friend auto operator<=>(const SourceKey&, const SourceKey&) = default;

private:
  SourceKey(SourceType type, std::string digest) : type_(type), digest_(std::move(digest)) {}
  SourceType type_;
  std::string digest_;
};

/// What a fetch must give: a key, or only a SHA-256 of the bytes ("sha256:HEX", SRI
/// "sha256-BASE64") whatever the archive type.
class Expectation {
public:
  static std::optional<Expectation> parse(std::string_view text);
  explicit Expectation(SourceKey key) : key_(std::move(key)) {}
  const std::optional<SourceKey>& key() const {
    return key_;
  } // nullopt: only the digest is expected
  bool met_by(const SourceKey& got) const;
  std::string str() const;

private:
  explicit Expectation(Digest digest) : digest_(digest) {}
  std::optional<SourceKey> key_;
  Digest digest_;
};

} // namespace hdist
