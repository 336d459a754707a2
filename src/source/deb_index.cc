#include "source/deb_index.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace hdist {

namespace {

constexpr std::size_t kLongestParagraph = std::size_t{16} << 20;

bool consists_of(std::string_view text, std::string_view more) {
  return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

/// Of "NAME: value" with the lines that continue it, which begin with a space; nullopt: not there.
std::optional<std::string_view> field(std::string_view paragraph, std::string_view name) {
  for (std::size_t at = 0; at < paragraph.size();) {
    std::string_view line = paragraph.substr(at, paragraph.find('\n', at) - at);
    std::size_t end = std::min(at + line.size() + 1, paragraph.size());
    if (!line.starts_with(name) || !line.substr(name.size()).starts_with(':')) {
      at = end;
      continue;
    }
    const std::size_t start = at + name.size() + 1;
    while (end < paragraph.size() && (paragraph[end] == ' ' || paragraph[end] == '\t'))
      end = std::min(paragraph.find('\n', end), paragraph.size() - 1) + 1;
    return trim(paragraph.substr(start, end - start));
  }
  return std::nullopt;
}

bool is_sha256_hex(std::string_view text) {
  constexpr std::size_t kHexDigits = 64;
  return text.size() == kHexDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// " DIGEST SIZE NAME" a line.
void each_checksum(std::string_view lines,
                   const std::function<void(const std::string&, DebIndexFile)>& take) {
  constexpr std::size_t kWords = 3;
  for (const std::string& line : split(lines, '\n')) {
    std::vector<std::string> words = split_words(line);
    if (words.size() != kWords) continue;
    words[0] = to_lower(words[0]);
    if (!is_sha256_hex(words[0])) continue;
    if (const std::optional<int64_t> size = parse_int(words[1]); size && *size >= 0)
      take(words[2], {words[0], *size});
  }
}

} // namespace

bool is_archive_path(const std::string& path) {
  return !path.empty() && path.front() != '/' && consists_of(path, "+-._~/") &&
         normal_path("/" + path) == "/" + path;
}

DebAddress parse_deb_address(const std::string& text) {
  std::size_t slash = text.find('/');
  std::string package = text.substr(0, slash);
  DebAddress address;
  std::size_t equals = package.find('=');
  address.package = package.substr(0, equals);
  if (equals != std::string::npos) address.version = package.substr(equals + 1);
  if (slash != std::string::npos) address.file = text.substr(slash + 1);
  bool is_valid = consists_of(address.package, "+-.") && consists_of(address.file, "+-.~_%:") &&
                  (equals == std::string::npos || consists_of(address.version, "+-.~:"));
  if (is_valid) return address;
  throw Error(ErrorKind::usage, "debsrc.bad-address",
              fmt::format("\"deb-src:{}\" is no address of a source file, expected "
                          "deb-src:PACKAGE/FILE or deb-src:PACKAGE=VERSION/FILE",
                          printable(text)));
}

DebRelease parse_release(std::string_view text) {
  DebRelease release;
  each_checksum(field(text, "SHA256").value_or(""),
                [&](const std::string& path, DebIndexFile file) {
                  if (is_archive_path(path)) release.files[path] = std::move(file);
                });
  release.valid_until = field(text, "Valid-Until").value_or("");
  release.has_by_hash = field(text, "Acquire-By-Hash") == "yes";
  return release;
}

std::optional<int64_t> parse_release_time(const std::string& text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::array<char, 4> day_name{}, month{}, zone{};
  std::tm time{};
  int end = 0;
  // NOLINTNEXTLINE(cert-err34-c): the ranges are looked at below
  const int found =
      std::sscanf(text.c_str(), "%3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d %3[A-Z]%n",
                  day_name.data(), &time.tm_mday, month.data(), &time.tm_year, &time.tm_hour,
                  &time.tm_min, &time.tm_sec, zone.data(), &end);
  const std::size_t month_at = kMonths.find(month.data());
  const std::string_view zone_name = zone.data();
  const bool is_valid = found == 8 && static_cast<std::size_t>(end) == text.size() &&
                        std::string_view(month.data()).size() == 3 &&
                        month_at != std::string_view::npos && month_at % 3 == 0 &&
                        (zone_name == "UTC" || zone_name == "GMT") && time.tm_year >= 1970 &&
                        time.tm_mday >= 1 && time.tm_mday <= 31 && time.tm_hour <= 23 &&
                        time.tm_min <= 59 && time.tm_sec <= 60;
  if (!is_valid) return std::nullopt;
  time.tm_mon = static_cast<int>(month_at / 3);
  time.tm_year -= 1900;
  return ::timegm(&time);
}

std::optional<DebListed> listed_in(std::string_view paragraph, const DebAddress& address) {
  if (field(paragraph, "Package") != address.package) return std::nullopt;
  DebListed listed{std::string(field(paragraph, "Version").value_or("")),
                   std::string(field(paragraph, "Directory").value_or("")),
                   {}};
  if (!address.version.empty() && listed.version != address.version) return std::nullopt;
  // "." is that of an archive of one directory.
  if (listed.directory != "." && !is_archive_path(listed.directory)) return std::nullopt;
  each_checksum(field(paragraph, "Checksums-Sha256").value_or(""),
                [&](const std::string& name, DebIndexFile file) {
                  if (name == address.file) listed.file = std::move(file);
                });
  if (listed.file.sha256_hex.empty()) return std::nullopt;
  return listed;
}

void Paragraphs::feed(std::string_view bytes) {
  rest_ += bytes;
  std::size_t start = 0;
  for (;;) {
    const std::size_t end = rest_.find("\n\n", start);
    if (end == std::string::npos) break;
    take_(std::string_view(rest_).substr(start, end + 1 - start));
    start = end + 2;
  }
  rest_.erase(0, start);
  if (rest_.size() > kLongestParagraph)
    throw Error(ErrorKind::failed, "debsrc.bad-index",
                "the index of source packages is none: a paragraph of it has no end");
}

void Paragraphs::finish() {
  if (!rest_.empty()) take_(rest_);
  rest_.clear();
}

} // namespace hdist
