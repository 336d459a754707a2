// keys.h: the keys that config files may have: their defaults, and what their values must be.
#pragma once

#include "base/error.h"
#include "config/brand.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

enum class KeyKind {
  text,
  path, // one path
  path_or_none,
  paths,    // list of paths, may be empty
  texts,    // list, may be empty
  mappings, // list of NAME=VALUE, may be empty
  address,  // http: or https:, or none
  duration, // "1 week", "forever", "never"
  grace,    // "10 minutes", "0", at most a week
  count,    // integer from 0 to a million
  number,   // integer from 1 to 256
  jobs,     // integer from 1 to 4096, or empty
  flag,
  share,       // "private" or "group"
  generations, // "10", "90 days", "10, 90 days"
};

struct KeySpec {
  std::string section, key;
  KeyKind kind = KeyKind::text;
  std::string standard;
};

/// Every key of this program, in the order in which they are listed.
std::vector<KeySpec> known_keys(const Brand& brand);
/// The key of that name; "keep-TAG" of [sources] is a duration for any tag; old spellings give the
/// present key.
std::optional<KeySpec> find_key(const std::vector<KeySpec>& keys, std::string_view section,
                                std::string_view key);
/// The same of "builder.store".
std::optional<KeySpec> find_key(const std::vector<KeySpec>& keys, std::string_view name);
/// Why there is no such key: `unknown key "stroe" in [builder]; did you mean "store"?`
std::string unknown_key(const std::vector<KeySpec>& keys, std::string_view section,
                        std::string_view key);
std::string unknown_section(const std::vector<KeySpec>& keys, std::string_view section);

/// For "section.key": `there is no setting 'no.such'`, with the ones that may be meant.
Error unknown_setting(const std::vector<KeySpec>& keys, const std::string& name);

bool is_list(KeyKind kind);
/// The value of a key that is no list, as it is kept: checked; paths with `~` expanded, absolute
/// (from `base_dir`; empty: relative ones are refused) and normal. Error usage "config.value".
std::string check_value(const KeySpec& key, const std::string& text, const std::string& home,
                        const std::string& base_dir);
/// The same for one element of a list.
std::string check_item(const KeySpec& key, const std::string& text, const std::string& home,
                       const std::string& base_dir);

std::vector<std::string>
split_list(std::string_view text); // by commas, trimmed, without empty items
/// How long something is kept, in seconds: "forever" is -1, "never" and "0" are 0; at most a
/// hundred years.
std::optional<int64_t> parse_keep(std::string_view text);
/// How long something waits, in seconds: a plain number is seconds; at most a week.
std::optional<int64_t> parse_grace(std::string_view text);
constexpr std::string_view kGraceForm =
    "a time like \"10 minutes\", at most 1 week; \"0\" for none";
/// "512", "20 MiB", "10G", "5 GB": bytes; K, M, G, T alone are powers of 1024.
std::optional<int64_t> parse_size(std::string_view text);
constexpr std::string_view kSizeForm = "a size like \"500 MiB\" or \"10G\"";
std::optional<bool> parse_flag(std::string_view text);

} // namespace hdist
