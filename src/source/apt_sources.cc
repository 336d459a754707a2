#include "source/apt_sources.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <tuple>

namespace hdist {

namespace {

/// What decides about trust and validity. Architectures, languages and targets do not matter here.
constexpr std::array<std::string_view, 11> kKept{"Signed-By",
                                                 "Trusted",
                                                 "Allow-Insecure",
                                                 "Allow-Weak",
                                                 "Allow-Downgrade-To-Insecure",
                                                 "Check-Valid-Until",
                                                 "Valid-Until-Min",
                                                 "Valid-Until-Max",
                                                 "Check-Date",
                                                 "Date-Max-Future",
                                                 "InRelease-Path"};

std::string kept_field(std::string_view name) {
  std::string lower = to_lower(name);
  for (std::string_view kept : kKept)
    if (to_lower(kept) == lower) return std::string(kept);
  return {};
}

/// A key ring named without a directory is apt's own; a key in the text itself and fingerprints
/// stay.
std::string signed_by(const std::string& value, const std::string& apt_dir) {
  if (value.find('\n') != std::string::npos) return value;
  std::vector<std::string> words = split_words(replace_all(value, ",", " "));
  for (std::string& word : words) {
    bool is_file =
        word.find('/') != std::string::npos || word.ends_with(".gpg") || word.ends_with(".asc");
    if (is_file) word = join_path(apt_dir, word);
  }
  return join(words, " ");
}

void add_option(AptArchive& archive, std::string_view name, std::string value,
                const std::string& apt_dir) {
  std::string field = kept_field(name);
  if (field.empty()) return;
  if (field == "Signed-By") value = signed_by(value, apt_dir);
  archive.options.emplace_back(std::move(field), std::move(value));
}

bool is_usable(const AptArchive& archive) {
  bool is_flat = archive.suite.ends_with('/');
  return !archive.uri.empty() && !archive.suite.empty() && !archive.uri.starts_with("cdrom:") &&
         is_flat == archive.components.empty();
}

/// Takes "[a=b c=d]" off the start of `line`; what is in the brackets.
std::string_view take_brackets(std::string_view& line) {
  line = trim(line);
  if (!line.starts_with('[')) return {};
  std::size_t end = line.find(']');
  if (end == std::string_view::npos) return {};
  std::string_view inside = line.substr(1, end - 1);
  line.remove_prefix(end + 1);
  return inside;
}

using Stanza = std::vector<std::pair<std::string, std::string>>; // lower-case name, value

std::vector<Stanza> stanzas_of(std::string_view text) {
  std::vector<Stanza> stanzas(1);
  for (const std::string& line : split(text, '\n')) {
    if (line.starts_with('#')) continue;
    std::string_view content = trim(line);
    Stanza& last = stanzas.back();
    if (content.empty()) {
      if (!last.empty()) stanzas.emplace_back();
    } else if ((line.front() == ' ' || line.front() == '\t') && !last.empty()) {
      last.back().second += "\n" + line;
    } else if (std::size_t colon = content.find(':'); colon != std::string_view::npos) {
      last.emplace_back(to_lower(trim(content.substr(0, colon))),
                        std::string(trim(content.substr(colon + 1))));
    }
  }
  return stanzas;
}

std::string value_of(const Stanza& stanza, std::string_view name) {
  for (const auto& [known, value] : stanza)
    if (known == name) return value;
  return {};
}

bool is_no(const std::string& value) {
  std::string lower = to_lower(trim(value));
  for (std::string_view no : {"no", "false", "without", "off", "disable", "0"})
    if (lower == no) return true;
  return false;
}

void append(std::vector<AptArchive>& all, std::vector<AptArchive> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

} // namespace

std::vector<AptArchive> parse_one_line_sources(std::string_view text, const std::string& apt_dir) {
  std::vector<AptArchive> archives;
  for (const std::string& whole_line : split(text, '\n')) {
    std::string_view line = trim(std::string_view(whole_line).substr(0, whole_line.find('#')));
    std::size_t type_end = line.find_first_of(" \t");
    std::string_view type = line.substr(0, type_end);
    if (type_end == std::string_view::npos || (type != "deb" && type != "deb-src")) continue;
    line.remove_prefix(type_end);
    AptArchive archive;
    for (const std::string& option : split_words(take_brackets(line))) {
      std::size_t equals = option.find('=');
      if (equals != std::string::npos)
        add_option(archive, option.substr(0, equals), option.substr(equals + 1), apt_dir);
    }
    std::vector<std::string> words = split_words(line);
    if (words.size() < 2) continue;
    archive.uri = words[0];
    archive.suite = words[1];
    archive.components.assign(words.begin() + 2, words.end());
    if (is_usable(archive)) archives.push_back(std::move(archive));
  }
  return archives;
}

std::vector<AptArchive> parse_deb822_sources(std::string_view text, const std::string& apt_dir) {
  std::vector<AptArchive> archives;
  for (const Stanza& stanza : stanzas_of(text)) {
    if (is_no(value_of(stanza, "enabled"))) continue;
    AptArchive archive;
    archive.components = split_words(value_of(stanza, "components"));
    for (const auto& [name, value] : stanza)
      add_option(archive, name, value, apt_dir);
    for (const std::string& uri : split_words(value_of(stanza, "uris")))
      for (const std::string& suite : split_words(value_of(stanza, "suites"))) {
        archive.uri = uri;
        archive.suite = suite;
        if (is_usable(archive)) archives.push_back(archive);
      }
  }
  return archives;
}

std::vector<AptArchive> read_apt_archives(const std::string& apt_dir) {
  constexpr int64_t kLargest = 4 << 20;
  std::vector<AptArchive> archives;
  std::optional<Dir> dir = Dir::open_if_exists(apt_dir);
  if (!dir) return archives;
  if (std::optional<std::string> text = dir->read_file_if_exists("sources.list", kLargest))
    append(archives, parse_one_line_sources(*text, apt_dir));
  std::optional<Dir> parts = Dir::open_if_exists(join_path(apt_dir, "sources.list.d"));
  if (!parts) return archives;
  for (const Entry& entry : parts->list()) {
    bool is_one_line = entry.name.ends_with(".list");
    if (!is_one_line && !entry.name.ends_with(".sources")) continue;
    try {
      // Opened by its path: a link to a file elsewhere is usual here.
      Fd fd(
          ::open(join_path(parts->path(), entry.name).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
      if (!fd) continue;
      std::string text = read_all(fd.get(), kLargest, entry.name);
      append(archives, is_one_line ? parse_one_line_sources(text, apt_dir)
                                   : parse_deb822_sources(text, apt_dir));
    } catch (
        const Error&) { // NOLINT(bugprone-empty-catch): one unreadable list; apt has said so before
    }
  }
  return archives;
}

std::string deb_src_text(const std::vector<AptArchive>& archives) {
  std::string text;
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  for (const AptArchive& archive : archives) {
    std::vector<std::string> components;
    bool is_new = archive.components.empty() &&
                  seen.insert({archive.uri, archive.suite, std::string()}).second;
    for (const std::string& component : archive.components)
      if (seen.insert({archive.uri, archive.suite, component}).second)
        components.push_back(component);
    if (components.empty() && !is_new) continue;
    text += "Types: deb-src\nURIs: " + archive.uri + "\nSuites: " + archive.suite + "\n";
    if (!components.empty()) text += "Components: " + join(components, " ") + "\n";
    for (const auto& [name, value] : archive.options)
      text += fmt::format("{}:{}{}\n", name, value.starts_with('\n') ? "" : " ", value);
    text += "\n";
  }
  return text;
}

} // namespace hdist
