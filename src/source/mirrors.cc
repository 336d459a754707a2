#include "source/mirrors.h"

#include "source/item_place.h"

#include <algorithm>

namespace hdist {

namespace {

constexpr std::string_view kSha256 = "sha256:";

/// The full key to ask for; nullopt when that is not known.
std::optional<SourceKey> key_to_ask(const SourceCandidate& candidate) {
  if (!candidate.expected) return std::nullopt;
  if (const std::optional<SourceKey>& key = candidate.expected->key()) {
    bool has_place = !key->is_short() && key->type() != SourceType::git;
    return has_place ? key : std::nullopt;
  }
  std::optional<Digest> digest =
      Digest::parse_hex(candidate.expected->str().substr(kSha256.size()));
  if (!digest) return std::nullopt;
  SourceType type = source_type_of_url(candidate.url).value_or(SourceType::file);
  return SourceKey::make(type, *digest);
}

std::string below(const std::string& mirror, const std::string& place) {
  return mirror + (mirror.ends_with('/') ? "" : "/") + place;
}

} // namespace

std::vector<MirrorPlace> mirror_places(const std::vector<std::string>& mirrors,
                                       const FetchTask& task) {
  std::vector<MirrorPlace> wanted; // urls still without their mirror
  for (const SourceCandidate& candidate : task.candidates) {
    std::optional<SourceKey> key = key_to_ask(candidate);
    if (!key) continue;
    std::string place = item_place(*key);
    bool is_known = std::any_of(wanted.begin(), wanted.end(),
                                [&](const MirrorPlace& known) { return known.url == place; });
    if (!is_known) wanted.push_back({place, Expectation(*key), candidate.url});
  }
  std::vector<MirrorPlace> places;
  for (const std::string& mirror : mirrors)
    for (const MirrorPlace& one : wanted)
      places.push_back({below(mirror, one.url), one.expected, one.claimed_url});
  return places;
}

} // namespace hdist
