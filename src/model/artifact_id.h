// artifact_id.h: name + digest of a build.
#pragma once

#include "data/digest.h"

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// A name that may become a directory: [A-Za-z0-9_+][A-Za-z0-9_+-]{0,99} (DESIGN.md 18), but not
/// "roots", which the store uses itself.
bool is_valid_name(std::string_view name);
/// The rule in words, after "expected ".
constexpr std::string_view kNameRule =
    "1 to 100 letters, digits, '_', '+' and '-', not starting with '-', and not \"roots\"";

/// "zlib/2fq4...": name, '/', 32 base-32 characters. Always valid.
class ArtifactId {
public:
  static std::optional<ArtifactId> parse(std::string_view text); // nullopt unless text == str()
  /// The founding page's spelling, "zlib-1.2.7-" and 32 characters: the version begins at the first
  /// '-' before a digit, else it is what stands between the last two. nullopt for anything else.
  static std::optional<ArtifactId> parse_old(std::string_view text);
  static ArtifactId make(std::string_view name, const Digest& digest); // name must be valid
  const std::string& str() const noexcept { return text_; }
  std::string name() const;
  std::string hash32() const;
  std::string hash12() const;     // the directory of the first attempt
  std::string short_text() const; // "zlib/2fq4abcdefgh"
  // NOLINTNEXTLINE(modernize-use-nullptr): the 0 of <=>, which is no pointer
  friend auto operator<=>(const ArtifactId&, const ArtifactId&) = default;

private:
  explicit ArtifactId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// One way to read "name-version-hash"; version and the end of the hash may be missing.
struct OldSpelling {
  std::string name, version, hash;
};
/// All of them: names and versions may have '-' in them.
std::vector<OldSpelling> old_spellings(std::string_view text);

} // namespace hdist

template <> struct std::hash<hdist::ArtifactId> {
  std::size_t operator()(const hdist::ArtifactId& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
