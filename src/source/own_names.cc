#include "source/own_names.h"

#include "data/digest.h"

#include <algorithm>
#include <string>

namespace hdist {

namespace {

constexpr std::size_t kUnfinished = 20; // characters of random_name()
constexpr std::size_t kUser = 12;
constexpr std::size_t kHalfWritten = 16;

bool is_random(std::string_view text, std::size_t length) {
  return text.size() == length && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
         });
}

/// Cuts it off.
bool skip_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

void skip_suffix(std::string_view& text, std::string_view suffix) {
  if (text.ends_with(suffix)) text.remove_suffix(suffix.size());
}

bool is_digest(std::string_view text) {
  return Digest::parse_base32(text).has_value();
}

} // namespace

bool is_unfinished_name(std::string_view name) {
  // What earlier releases set aside while they mended it.
  if (skip_prefix(name, "damaged-")) return is_random(name, kUnfinished);
  if (skip_prefix(name, "part-")) {
    skip_suffix(name, ".version");
    return is_digest(name);
  }
  return is_random(name, kUnfinished);
}

bool is_half_written_name(std::string_view name) {
  return skip_prefix(name, ".tmp-") && is_random(name, kHalfWritten);
}

bool is_address_name(std::string_view name) {
  return is_digest(name);
}

bool is_user_name(std::string_view name) {
  const std::size_t dash = name.find('-');
  return dash != std::string_view::npos && dash > 0 &&
         name.find_first_not_of("0123456789") == dash && is_random(name.substr(dash + 1), kUser);
}

std::optional<SourceKey> condemned_key(std::string_view name) {
  skip_suffix(name, ".item");
  const std::size_t dash = name.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  std::string text(name);
  text[dash] = ':';
  std::optional<SourceKey> key = SourceKey::parse(text);
  if (!key || key->is_short() || key->str() != text) return std::nullopt;
  return key;
}

bool is_condemned_name(std::string_view name) {
  return condemned_key(name).has_value();
}

} // namespace hdist
