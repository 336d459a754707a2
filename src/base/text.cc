#include "base/text.h"

#include "base/error.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <ctime>

namespace hdist {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

/// Bytes of the UTF-8 character that `text` begins with; 0 when it begins with none (overlong
/// forms, surrogates and what is beyond U+10FFFF are none: RFC 3629, section 4).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  if (text.empty()) return 0;
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1, 0x80, 0xbf) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;
    return follows(1, low, high) && follows(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
    return follows(1, low, high) && follows(2, 0x80, 0xbf) && follows(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

/// What is not shown, or shows what follows in another order: C1 controls (which some terminals
/// take as commands), zero-width and bidirectional formatting, tags.
bool is_invisible(char32_t value) {
  struct Range {
    char32_t first, last;
  };
  static constexpr std::array<Range, 10> kRanges{{{0x80, 0x9f},
                                                  {0xad, 0xad},
                                                  {0x61c, 0x61c},
                                                  {0x180e, 0x180e},
                                                  {0x200b, 0x200f},
                                                  {0x2028, 0x202e},
                                                  {0x2060, 0x206f},
                                                  {0xfeff, 0xfeff},
                                                  {0xfff9, 0xfffb},
                                                  {0xe0000, 0xe007f}}};
  return std::any_of(kRanges.begin(), kRanges.end(), [value](const Range& range) {
    return value >= range.first && value <= range.last;
  });
}

/// Of one whole character.
char32_t code_point(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  const std::size_t length = character.size();
  char32_t value = length == 1 ? first : first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    value = (value << 6U) | (static_cast<unsigned char>(character[i]) & 0x3fU);
  return value;
}

bool is_safe_in_shell(std::string_view text) {
  constexpr std::string_view kSafe = "@%+=:,./-_";
  if (text.empty() || text.front() == '=') return false; // zsh expands "=name"
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kSafe.find(c) != std::string_view::npos;
  });
}

std::string quoted_with_escapes(std::string_view text) {
  std::string result = "$'";
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (is_control(c)) {
      // Octal: at most three digits are taken, so what follows cannot become part of it.
      result += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    } else {
      if (c == '\'' || c == '\\') result += '\\';
      result += c;
    }
  }
  return result + "'";
}

/// Greedy with one way back, which suffices because only the last star passed can still take more.
bool component_matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_end = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_end = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_end;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

std::vector<std::string_view> components(std::string_view path) {
  std::vector<std::string_view> result;
  for (;;) {
    const std::size_t slash = path.find('/');
    result.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return result;
    path.remove_prefix(slash + 1);
  }
}

std::optional<int64_t> seconds_of_unit(std::string_view unit) {
  struct Unit {
    std::string_view name;
    int64_t seconds;
  };
  constexpr int64_t kDay = 86'400;
  static constexpr std::array<Unit, 20> kUnits{{
      {"s", 1},
      {"sec", 1},
      {"second", 1},
      {"seconds", 1},
      {"m", 60},
      {"min", 60},
      {"minute", 60},
      {"minutes", 60},
      {"h", 3600},
      {"hour", 3600},
      {"hours", 3600},
      {"d", kDay},
      {"day", kDay},
      {"days", kDay},
      {"week", 7 * kDay},
      {"weeks", 7 * kDay},
      {"month", 30 * kDay},
      {"months", 30 * kDay},
      {"year", 365 * kDay},
      {"years", 365 * kDay},
  }};
  for (const Unit& known : kUnits)
    if (known.name == unit) return known.seconds;
  return std::nullopt;
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last;
  std::vector<std::size_t> last(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::move(last);
    last = std::move(row);
  }
  return last[b.size()];
}

} // namespace

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = begin;
    while (end < text.size() && !is_space(text[end]))
      ++end;
    if (end > begin) words.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string result;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) result += separator;
    result += parts[i];
  }
  return result;
}

std::string join_first(std::size_t shown, std::span<const std::string> parts,
                       std::string_view separator) {
  if (parts.size() <= shown) return join(parts, separator);
  return fmt::format("{}{}and {} more", join(parts.first(shown), separator), separator,
                     parts.size() - shown);
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  if (from.empty()) return text;
  std::string result;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t found = text.find(from, begin);
    if (found == std::string::npos) break;
    result.append(text, begin, found - begin).append(to);
    begin = found + from.size();
  }
  if (begin == 0) return text;
  return result.append(text, begin, std::string::npos);
}

std::string to_upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

std::string to_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string shell_quote(std::string_view text) {
  if (is_safe_in_shell(text)) return std::string(text);
  if (std::any_of(text.begin(), text.end(), is_control)) return quoted_with_escapes(text);
  return "'" + replace_all(std::string(text), "'", "'\\''") + "'";
}

std::string shell_join(std::span<const std::string> words) {
  std::string result;
  for (const std::string& word : words) {
    if (!result.empty()) result += ' ';
    result += shell_quote(word);
  }
  return result;
}

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    const bool escaped =
        length == 0 || is_control(character[0]) || is_invisible(code_point(character));
    for (const char c : character)
      result +=
          escaped ? fmt::format("\\x{:02x}", static_cast<unsigned char>(c)) : std::string(1, c);
    text.remove_prefix(character.size());
  }
  return result;
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool glob_match(std::string_view pattern, std::string_view path) {
  if (pattern.empty() || path.empty()) return false;
  std::vector<std::string_view> wanted = components(pattern);
  const std::vector<std::string_view> parts = components(path);
  if (wanted.back() == "**") wanted.emplace_back("*"); // everything below, at least one component
  // The same greedy match as within a component, with "**" as the star.
  std::size_t w = 0;
  std::size_t p = 0;
  std::optional<std::size_t> star;
  std::size_t star_end = 0;
  while (p < parts.size()) {
    if (w < wanted.size() && wanted[w] == "**") {
      star = w++;
      star_end = p;
    } else if (w < wanted.size() && component_matches(wanted[w], parts[p])) {
      ++w;
      ++p;
    } else if (star) {
      w = *star + 1;
      p = ++star_end;
    } else {
      return false;
    }
  }
  return w == wanted.size();
}

std::string human_size(int64_t bytes) {
  constexpr std::array<const char*, 6> kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes > -1024 && bytes < 1024) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // 1023.95 would be shown as 1024.0, which is one of the next unit.
  while (std::fabs(size) >= 1023.95 && unit + 1 < kUnits.size()) {
    size /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", size, kUnits.at(unit));
}

std::string human_duration(double seconds) {
  if (!(seconds > 0)) seconds = 0; // also not-a-number
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<int64_t>(std::llround(std::min(seconds, 1e15)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  const int64_t minutes = (whole + 30) / 60;
  return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

std::optional<int64_t> parse_duration_s(std::string_view text) {
  text = trim(text);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::optional<int64_t> count = parse_int(text.substr(0, digits));
  const std::optional<int64_t> unit = seconds_of_unit(trim(text.substr(digits)));
  int64_t result = 0;
  if (!count || !unit || __builtin_mul_overflow(*count, *unit, &result)) return std::nullopt;
  return result;
}

std::optional<int64_t> parse_int(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  // A third of the letters may be wrong: "zlb" means "zlib", but "gcc" does not mean "icu".
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::optional<std::string> result;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best || distance >= std::max(word.size(), candidate.size())) continue;
    best = distance;
    result = candidate;
  }
  return result;
}

std::string random_name(int length) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567"; // 32 of them
  std::string name(static_cast<std::size_t>(std::max(length, 0)), '\0');
  std::size_t filled = 0;
  while (filled < name.size()) {
    const ssize_t count = ::getrandom(name.data() + filled, name.size() - filled, 0);
    if (count < 0 && errno != EINTR) throw_errno("getrandom", "random bytes");
    if (count > 0) filled += static_cast<std::size_t>(count);
  }
  for (char& c : name)
    c = kAlphabet[static_cast<unsigned char>(c) % kAlphabet.size()];
  return name;
}

std::string utc_time(int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  if (::gmtime_r(&time, &parts) == nullptr) return fmt::format("@{}", seconds); // beyond all years
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900LL,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

} // namespace hdist
