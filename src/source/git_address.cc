#include "source/git_address.h"

#include "base/path.h"
#include "base/text.h"
#include "net/http.h"

#include <algorithm>

namespace hdist {

namespace {

constexpr std::string_view kSuffix = ".git";
constexpr std::string_view kPlus = "git+";

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_graphic(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f;
  });
}

std::string_view without_slashes(std::string_view text) {
  while (text.size() > 1 && text.ends_with('/'))
    text.remove_suffix(1);
  return text;
}

bool ends_as_git(std::string_view text) {
  return without_slashes(text).ends_with(kSuffix);
}

/// "git@host:path": host and path, when the text has that form.
std::optional<std::pair<std::string, std::string>> split_scp(std::string_view text) {
  std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return {};
  if (text.find('/') < colon || text[colon + 1] == ':' || text.substr(colon).starts_with("://"))
    return {};
  std::string_view host = text.substr(0, colon);
  std::string_view user;
  if (std::size_t at = host.rfind('@'); at != std::string_view::npos) {
    user = host.substr(0, at);
    host.remove_prefix(at + 1);
  }
  auto is_name = [](std::string_view name) {
    return !name.empty() && is_word_char(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return is_word_char(c) || c == '.' || c == '-' || c == '_'; });
  };
  if (!is_name(host) || !is_graphic(text)) return {};
  if (text.find('@') < colon && !is_name(user)) return {};
  return std::pair{std::string(host), std::string(text.substr(colon + 1))};
}

/// A word before the colon that means something else than a host.
bool is_known_scheme(std::string_view text) {
  static constexpr std::string_view kSchemes[] = {"http", "https", "file",   "git",
                                                  "ssh",  "ftp",   "deb-src"};
  std::string scheme = to_lower(text.substr(0, text.find(':')));
  return std::find(std::begin(kSchemes), std::end(kSchemes), scheme) != std::end(kSchemes);
}

std::optional<GitAddress> local(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return std::nullopt;
  return GitAddress{.remote = absolute_path(std::string(without_slashes(path))),
                    .ref = {},
                    .is_local = true,
                    .host = {}};
}

std::optional<GitAddress> file_url(std::string_view text) {
  std::string_view path = text.substr(std::string_view("file:").size());
  if (path.starts_with("//")) {
    path.remove_prefix(2);
    std::string host = to_lower(path.substr(0, path.find('/')));
    if (!host.empty() && host != "localhost") return std::nullopt;
    path.remove_prefix(std::min(path.find('/'), path.size()));
  }
  std::optional<std::string> decoded = percent_decode(path);
  return decoded ? local(*decoded) : std::nullopt;
}

/// Nothing more is asked of a scheme than that git itself speaks it.
std::optional<GitAddress> url_of(std::string_view text) {
  std::optional<Url> url = Url::parse(text);
  bool is_known = url && (url->scheme == "http" || url->scheme == "https" || url->scheme == "git" ||
                          url->scheme == "ssh");
  bool is_usable = is_known && !url->host.empty() && !url->host.starts_with('-') &&
                   text.find("://") != std::string_view::npos;
  if (!is_usable) return std::nullopt;
  return GitAddress{.remote = std::string(without_slashes(text)),
                    .ref = {},
                    .is_local = false,
                    .host = url->host};
}

/// As parse_git_address(), without "#REF".
std::optional<GitAddress> parse_plain(std::string_view text) {
  std::string lower = to_lower(text);
  if (lower.starts_with(kPlus)) return parse_git_remote(text.substr(kPlus.size()));
  if (lower.starts_with("git://") || lower.starts_with("ssh://")) return url_of(text);
  if (!ends_as_git(text)) {
    bool has_user = text.find('@') < text.find(':') && !is_known_scheme(text);
    return has_user && split_scp(text) ? parse_git_remote(text) : std::nullopt;
  }
  return parse_git_remote(text);
}

} // namespace

std::optional<GitAddress> parse_git_remote(std::string_view text) {
  if (text.empty() || text.starts_with('-')) return std::nullopt;
  if (to_lower(text.substr(0, 5)) == "file:") return file_url(text);
  if (text.find("://") != std::string_view::npos) return url_of(text);
  std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find('/') < colon) return local(text);
  if (is_known_scheme(text)) return std::nullopt;
  std::optional<std::pair<std::string, std::string>> scp = split_scp(text);
  if (!scp) return std::nullopt;
  return GitAddress{.remote = std::string(without_slashes(text)),
                    .ref = {},
                    .is_local = false,
                    .host = to_lower(scp->first)};
}

// A branch may have '#' in its name, and so may a path: the first mark with a repository before it
// and a ref behind it counts.
std::optional<GitAddress> parse_git_address(std::string_view text) {
  std::optional<GitAddress> whole = parse_plain(text);
  std::size_t mark = text.find('#');
  if (mark == std::string_view::npos) return whole;
  for (; mark != std::string_view::npos; mark = text.find('#', mark + 1)) {
    std::string_view before = text.substr(0, mark), ref = text.substr(mark + 1);
    std::optional<GitAddress> address = parse_plain(before);
    bool is_usable = address && (address->is_local || before.find('#') == std::string_view::npos);
    if (!is_usable) continue;
    if (!is_git_ref(ref)) return std::nullopt;
    address->ref = ref;
    return address;
  }
  return whole && whole->is_local ? whole : std::nullopt;
}

std::optional<GitAddress> parse_submodule_address(std::string_view text, const GitAddress& parent) {
  bool is_relative = text.starts_with("./") || text.starts_with("../");
  std::optional<GitAddress> address;
  if (!is_relative) {
    address = parse_git_remote(text);
  } else {
    std::string base = parent.remote;
    while (text.starts_with("./") || text.starts_with("../")) {
      if (text.starts_with("../")) {
        std::size_t cut = base.find_last_of("/:");
        if (cut == std::string::npos) return std::nullopt;
        base.resize(base[cut] == ':' ? cut + 1 : cut);
      }
      text.remove_prefix(text.starts_with("../") ? 3 : 2);
    }
    if (base.empty() && !parent.is_local) return std::nullopt;
    address = parse_git_remote(base + (base.ends_with(':') ? "" : "/") + std::string(text));
  }
  bool is_allowed = address && (parent.is_local || !address->is_local);
  // Counting "../" may not lead to another host than the one that was named.
  if (is_relative && address && address->host != parent.host) return std::nullopt;
  // A path without a slash in front would depend on where the program was started.
  bool is_vague = address && address->is_local && !is_relative && !text.starts_with('/') &&
                  to_lower(text.substr(0, 5)) != "file:";
  return is_allowed && !is_vague ? address : std::nullopt;
}

bool is_git_ref(std::string_view text) {
  constexpr std::size_t kLongest = 250;
  bool has_good_ends = !text.empty() && text.size() <= kLongest && text.front() != '-' &&
                       text.front() != '.' && text.front() != '/' && text.back() != '/' &&
                       text.back() != '.' && !text.ends_with(".lock");
  if (!has_good_ends) return false;
  for (std::string_view bad : {"..", "//", "/.", "@{"})
    if (text.find(bad) != std::string_view::npos) return false;
  // As `git check-ref-format` has it, but only what notes and messages can show.
  return text.find_first_of(" ~^:?*[\\") == std::string_view::npos && text != "@" &&
         text.find(".lock/") == std::string_view::npos && printable(text) == text;
}

bool is_full_commit(std::string_view text) {
  constexpr std::size_t kDigits = 40;
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

} // namespace hdist
