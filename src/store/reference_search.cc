// The bytes of a large tree pass through here, so the loop must cost little beside SHA-256. What is
// looked for always has the form "/<12 base-32 characters>": memchr finds the slashes, a table
// throws out nearly all of them within a few characters, and a hash lookup decides the rest.
// (Looking for runs of base-32 characters, without the slash, is two to three times slower in text,
// where most letters are such characters.)
//
// What follows the directory is not looked at, nor what precedes the root or name: in compiled
// files and options ("-I/...") a path can touch anything, and a reference too many is harmless
// where one too few loses a needed artifact.
#include "store/reference_search.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace hdist {

namespace {

constexpr std::size_t kHashLength = 12;

constexpr std::array<int8_t, 256> base32_values() {
  std::array<int8_t, 256> values{};
  for (int8_t& value : values)
    value = -1;
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<uint8_t>(kAlphabet[i])] = static_cast<int8_t>(i);
  return values;
}
constexpr std::array<int8_t, 256> kBase32Values = base32_values();

std::optional<uint64_t> hash_at(const char* text) {
  uint64_t key = 0;
  for (std::size_t i = 0; i < kHashLength; ++i) {
    int8_t value = kBase32Values[static_cast<uint8_t>(text[i])];
    if (value < 0) return std::nullopt;
    key = (key << 5) | static_cast<uint64_t>(value);
  }
  return key;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "" or "." and digits.
bool is_suffix(std::string_view text) {
  return text.empty() || (text.size() >= 2 && text[0] == '.' &&
                          std::all_of(text.begin() + 1, text.end(), is_digit));
}

/// ".2" goes on with ".2" but not with ".23"; "" goes on with anything.
bool goes_on_with(std::string_view text, std::string_view suffix) {
  if (suffix.empty()) return true;
  return text.starts_with(suffix) &&
         (text.size() == suffix.size() || !is_digit(text[suffix.size()]));
}

} // namespace

ReferenceSearch::ReferenceSearch(const ScanOptions& options) {
  for (const std::string& root : options.store_roots) {
    std::string text = normal_path(root);
    if (text.size() > 1) roots_.push_back(text + "/");
  }
  std::sort(roots_.begin(), roots_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  add(options.self, options.self_directory);
  for (const auto& [id, directory] : options.candidates)
    if (id != options.self) add(id, directory);
  left_context_ += roots_.empty() ? 0 : roots_.front().size();
}

void ReferenceSearch::add(const ArtifactId& id, const std::string& directory) {
  std::size_t slash = directory.find('/');
  std::string_view place = std::string_view(directory).substr(std::min(slash, directory.size()));
  std::optional<uint64_t> key;
  if (place.size() > kHashLength && slash > 0) key = hash_at(place.data() + 1);
  if (!key || !is_suffix(place.substr(1 + kHashLength)))
    throw Error(ErrorKind::usage, "store.bad-directory",
                fmt::format("\"{}\" is no directory of an artifact: expected NAME/HASH, as zlib/"
                            "2fq4abcdefgh",
                            directory));
  Spelling spelling{.target = targets_.size(),
                    .name_slash = directory.substr(0, slash + 1),
                    .suffix = std::string(place.substr(1 + kHashLength))};
  left_context_ = std::max(left_context_, spelling.name_slash.size());
  right_context_ = std::max(right_context_, kHashLength + spelling.suffix.size() + 2);
  targets_.push_back(id);
  by_hash_[*key].push_back(std::move(spelling));
}

void ReferenceSearch::search(std::string_view data, std::size_t begin, std::size_t end,
                             std::vector<FoundReference>& found) const {
  const char* at = data.data() + begin;
  const char* stop = data.data() + end;
  while (at < stop) {
    at = static_cast<const char*>(std::memchr(at, '/', static_cast<std::size_t>(stop - at)));
    if (at == nullptr) return;
    look_at(data, static_cast<std::size_t>(at - data.data()), found);
    ++at;
  }
}

/// The directory that is really named wins; else the plain one, which may be a link to the one with
/// the number.
const ReferenceSearch::Spelling*
ReferenceSearch::spelled(std::string_view before, std::string_view after,
                         const std::vector<Spelling>& spellings) const {
  const Spelling* best = nullptr;
  int best_fit = -1;
  for (const Spelling& spelling : spellings) {
    if (!before.ends_with(spelling.name_slash)) continue;
    bool named = goes_on_with(after, spelling.suffix);
    int fit = named ? 1 + static_cast<int>(spelling.suffix.size()) : 0;
    if (fit <= best_fit) continue;
    best = &spelling;
    best_fit = fit;
  }
  return best;
}

void ReferenceSearch::look_at(std::string_view data, std::size_t slash,
                              std::vector<FoundReference>& found) const {
  std::string_view rest = data.substr(slash + 1);
  if (rest.size() < kHashLength) return;
  std::optional<uint64_t> key = hash_at(rest.data());
  if (!key) return;
  auto known = by_hash_.find(*key);
  if (known == by_hash_.end()) return;
  std::string_view before = data.substr(0, slash + 1);
  std::string_view after = rest.substr(kHashLength);
  const Spelling* spelling = spelled(before, after, known->second);
  if (spelling == nullptr) return;

  before.remove_suffix(spelling->name_slash.size());
  std::size_t end = slash + 1 + kHashLength;
  if (goes_on_with(after, spelling->suffix)) end += spelling->suffix.size();
  auto root = std::find_if(roots_.begin(), roots_.end(),
                           [&](const std::string& text) { return before.ends_with(text); });
  FoundReference reference{.offset = before.size(), .length = 0, .target = spelling->target};
  if (root != roots_.end()) {
    reference.offset -= root->size();
    reference.length = end - reference.offset;
  }
  found.push_back(reference);
}

} // namespace hdist
