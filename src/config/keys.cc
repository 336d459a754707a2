#include "config/keys.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"
#include "config/home.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {
namespace {

Error invalid(const std::string& text, std::string_view expected) {
  return {ErrorKind::usage, "config.value",
          fmt::format("\"{}\": expected {}", printable(text), expected)};
}

std::string check_path(const std::string& text, const std::string& home,
                       const std::string& base_dir) {
  if (text.empty()) throw invalid(text, "a path");
  std::string path = expand_home(text, home);
  if (path.starts_with('/')) return normal_path(path);
  if (base_dir.empty()) throw invalid(text, "an absolute path");
  return normal_path(join_path(base_dir, path));
}

bool is_between(const std::string& text, int64_t least, int64_t most) {
  const std::optional<int64_t> number = parse_int(text);
  return number && *number >= least && *number <= most;
}

void check_mapping(const std::string& item) {
  std::size_t equals = item.find('=');
  bool valid = equals != std::string::npos && equals > 0 && equals + 1 < item.size() &&
               item.find_first_of("; \t") == std::string::npos;
  if (!valid) throw invalid(item, "NAME=VALUE");
}

void check_generations(const std::string& text) {
  std::vector<std::string> items = split_list(text);
  bool valid = !items.empty() && items.size() <= 2 &&
               std::all_of(items.begin(), items.end(), [](const auto& item) {
                 return parse_int(item).value_or(-1) >= 0 || parse_keep(item);
               });
  if (!valid)
    throw invalid(text,
                  "a number of generations, an age like \"90 days\", or both with a comma between");
}

std::vector<std::string> keys_of(const std::vector<KeySpec>& keys, std::string_view section) {
  std::vector<std::string> names;
  for (const KeySpec& key : keys)
    if (key.section == section) names.push_back(key.key);
  return names;
}

} // namespace

std::vector<KeySpec> known_keys(const Brand& brand) {
  auto below_root = [&](std::string_view name) { return join_path(brand.root, name); };
  const std::string& top = brand.config_section;
  return {
      {top, brand.program, KeyKind::path_or_none, ""},
      {top, "python-path", KeyKind::path_or_none, ""},
      {top, "profiles", KeyKind::paths, below_root("profiles")},
      {top, "collections", KeyKind::paths, ""},
      {"sources", "store", KeyKind::path, join_path(brand.sources_root, "source")},
      {"sources", "mirrors", KeyKind::texts, ""},
      {"sources", "share", KeyKind::share, "private"},
      {"sources", "deb-mirror", KeyKind::address, ""},
      {"sources", "deb-suites", KeyKind::texts, ""},
      {"sources", "deb-components", KeyKind::texts, "main"},
      {"sources", "deb-keyring", KeyKind::path_or_none, ""},
      {"sources", "deb-check-signature", KeyKind::flag, "yes"},
      {"sources", "deb-check-valid-until", KeyKind::flag, "yes"},
      {"sources", "downloads", KeyKind::number, "8"},
      {"sources", "downloads-per-host", KeyKind::number, "4"},
      {"sources", "keep-transient", KeyKind::duration, "1 week"},
      {"sources", "keep-targz", KeyKind::duration, "forever"},
      {"sources", "keep-git", KeyKind::duration, "forever"},
      {"builder", "store", KeyKind::path, join_path(brand.artifacts_root, "artifacts")},
      {"builder", "temp", KeyKind::path_or_none, ""},
      {"builder", "share", KeyKind::share, "private"},
      {"builder", "trust", KeyKind::texts, ""},
      {"builder", "durability", KeyKind::flag, "on"},
      {"builder", "keep-failed", KeyKind::count, "3"},
      {"builder", "keep-logs", KeyKind::duration, "30 days"},
      {"builder", "jobs", KeyKind::jobs, ""},
      {"builder", "virtual", KeyKind::mappings, ""},
      {"profiles", "keep-generations", KeyKind::generations, "10, 90 days"},
      {"gc", "keep-unreferenced", KeyKind::duration, "30 days"},
      {"gc", "user-roots", KeyKind::paths, ""},
      {"gc", "grace", KeyKind::grace, "10 minutes"},
      {"site", "policy", KeyKind::texts, ""},
  };
}

std::optional<KeySpec> find_key(const std::vector<KeySpec>& keys, std::string_view section,
                                std::string_view key) {
  // The founding document's spelling, from when there was more than one Python.
  if (key == "python2-path") key = "python-path";
  // Both are names of the type; the second one has a default.
  if (key == "keep-tar.gz") key = "keep-targz";
  for (const KeySpec& known : keys)
    if (known.section == section && known.key == key) return known;
  constexpr std::string_view kKeep = "keep-";
  std::string_view tag = key.starts_with(kKeep) ? key.substr(kKeep.size()) : "";
  const bool is_tag = !tag.empty() && std::all_of(tag.begin(), tag.end(), [](char c) {
    return c > ' ' && c <= '~' && c != '='; // which ends the key in a file
  });
  if (section == "sources" && is_tag)
    return KeySpec{"sources", std::string(key), KeyKind::duration, "forever"};
  return std::nullopt;
}

std::optional<KeySpec> find_key(const std::vector<KeySpec>& keys, std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  return find_key(keys, name.substr(0, dot), name.substr(dot + 1));
}

std::string unknown_key(const std::vector<KeySpec>& keys, std::string_view section,
                        std::string_view key) {
  std::vector<std::string> names = keys_of(keys, section);
  std::string text = fmt::format("unknown key \"{}\" in [{}]", printable(key), printable(section));
  if (std::optional<std::string> meant = nearest(key, names))
    return text + fmt::format("; did you mean \"{}\"?", *meant);
  for (const KeySpec& other : keys)
    if (other.key == key) return text + fmt::format("; it belongs into [{}]", other.section);
  return text + "; known there: " + join(names, ", ");
}

std::string unknown_section(const std::vector<KeySpec>& keys, std::string_view section) {
  std::vector<std::string> names;
  for (const KeySpec& key : keys)
    if (names.empty() || names.back() != key.section) names.push_back(key.section);
  std::string text = fmt::format("unknown section [{}]", printable(section));
  if (std::optional<std::string> meant = nearest(section, names))
    return text + fmt::format("; did you mean [{}]?", *meant);
  return text + "; known: " + join(names, ", ");
}

Error unknown_setting(const std::vector<KeySpec>& keys, const std::string& name) {
  const std::size_t dot = std::min(name.find('.'), name.size());
  const std::string section = name.substr(0, dot);
  const std::string key = dot < name.size() ? name.substr(dot + 1) : name;
  std::vector<std::string> names, alike;
  for (const KeySpec& known : keys) {
    names.push_back(known.section + "." + known.key);
    if (known.section == section || known.key == key) alike.push_back(names.back());
  }
  std::string text = fmt::format("there is no setting '{}'", printable(name));
  if (std::optional<std::string> meant = nearest(name, names))
    text += fmt::format("; is '{}' meant?", *meant);
  else if (!alike.empty())
    text += fmt::format("; there are {}", join(alike, ", "));
  Error error(ErrorKind::usage, "config.unknown-key", std::move(text));
  if (alike.empty()) error.advise({"to see all of them", "config", {"list"}});
  return error;
}

bool is_list(KeyKind kind) {
  return kind == KeyKind::paths || kind == KeyKind::texts || kind == KeyKind::mappings;
}

std::string check_item(const KeySpec& key, const std::string& text, const std::string& home,
                       const std::string& base_dir) {
  if (key.kind == KeyKind::paths) return check_path(text, home, base_dir);
  if (key.kind == KeyKind::mappings) check_mapping(text);
  return text;
}

std::string check_value(const KeySpec& key, const std::string& text, const std::string& home,
                        const std::string& base_dir) {
  switch (key.kind) {
  case KeyKind::text:
    break;
  case KeyKind::path:
    return check_path(text, home, base_dir);
  case KeyKind::path_or_none:
    return text.empty() ? text : check_path(text, home, base_dir);
  case KeyKind::paths:
  case KeyKind::texts:
  case KeyKind::mappings:
    return check_item(key, text, home, base_dir);
  case KeyKind::address:
    if (!text.empty() && !text.starts_with("http://") && !text.starts_with("https://"))
      throw invalid(text, "an http or https address");
    break;
  case KeyKind::duration:
    if (!parse_keep(text))
      throw invalid(text, "a time like \"1 week\" or \"36 hours\", \"forever\" or \"never\"");
    break;
  case KeyKind::grace:
    if (!parse_grace(text)) throw invalid(text, kGraceForm);
    break;
  case KeyKind::count:
    if (!is_between(text, 0, 1'000'000)) throw invalid(text, "an integer from 0 to 1000000");
    break;
  case KeyKind::number:
    if (!is_between(text, 1, 256)) throw invalid(text, "an integer from 1 to 256");
    break;
  case KeyKind::jobs:
    if (!text.empty() && !is_between(text, 1, 4096)) // as of --jobs
      throw invalid(text, "an integer from 1 to 4096");
    break;
  case KeyKind::flag:
    if (!parse_flag(text)) throw invalid(text, "on or off");
    break;
  case KeyKind::share:
    if (text != "private" && text != "group") throw invalid(text, "private or group");
    break;
  case KeyKind::generations:
    check_generations(text);
    break;
  }
  return text;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  for (const std::string& part : split(text, ','))
    if (std::string_view item = trim(part); !item.empty()) items.emplace_back(item);
  return items;
}

std::optional<int64_t> parse_keep(std::string_view text) {
  if (text == "forever") return -1;
  if (text == "never" || text == "0") return 0;
  constexpr int64_t kLongestS = int64_t{100} * 365 * 86'400;
  const std::optional<int64_t> seconds = parse_duration_s(text);
  return seconds && *seconds <= kLongestS ? seconds : std::nullopt;
}

std::optional<int64_t> parse_grace(std::string_view text) {
  constexpr int64_t kLongestS = int64_t{7} * 86'400; // a collection waits that long
  std::optional<int64_t> seconds = parse_int(trim(text));
  if (!seconds) seconds = parse_duration_s(text);
  return seconds && *seconds >= 0 && *seconds <= kLongestS ? seconds : std::nullopt;
}

std::optional<int64_t> parse_size(std::string_view text) {
  text = trim(text);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::optional<int64_t> count = parse_int(text.substr(0, digits));
  std::string_view unit = trim(text.substr(digits));
  if (!count) return std::nullopt;
  constexpr std::string_view kPrefixes = "KMGT";
  int64_t factor = 1;
  if (!unit.empty() && unit != "B") {
    const std::size_t power = kPrefixes.find(unit[0] == 'k' ? 'K' : unit[0]);
    unit.remove_prefix(1);
    if (power == std::string_view::npos || !(unit.empty() || unit == "B" || unit == "iB"))
      return std::nullopt;
    for (std::size_t i = 0; i <= power; ++i)
      factor *= unit == "B" ? 1000 : 1024;
  }
  int64_t bytes = 0;
  return __builtin_mul_overflow(*count, factor, &bytes) ? std::nullopt : std::optional(bytes);
}

std::optional<bool> parse_flag(std::string_view text) {
  std::string lower = to_lower(text);
  if (lower == "on" || lower == "true" || lower == "yes") return true;
  if (lower == "off" || lower == "false" || lower == "no") return false;
  return std::nullopt;
}

} // namespace hdist
