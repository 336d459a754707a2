#include "source/address.h"

#include "base/path.h"
#include "base/text.h"
#include "net/http.h"
#include "source/content_kind.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr std::string_view kDebSource = "deb-src:";
constexpr std::string_view kFile = "file:";

bool has_prefix(std::string_view text, std::string_view prefix) {
  return to_lower(text.substr(0, prefix.size())) == prefix;
}

/// "ftp://x", "git:x"; not "a:b", which may be a file.
bool has_other_scheme(std::string_view text) {
  std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  std::string_view scheme = text.substr(0, colon);
  bool is_word = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  });
  return is_word &&
         (text.substr(colon).starts_with("://") || text.substr(colon).starts_with("::") ||
          has_prefix(text, "git:") || has_prefix(text, "git+"));
}

Address local_url(Address address) {
  std::string_view path = std::string_view(address.text).substr(kFile.size());
  if (path.starts_with("//")) {
    path.remove_prefix(2);
    std::size_t slash = std::min(path.find('/'), path.size());
    std::string_view host = path.substr(0, slash);
    path.remove_prefix(slash);
    if (!host.empty() && to_lower(host) != "localhost") {
      address.rest = "a file: address cannot name another host";
      return address;
    }
  }
  std::optional<std::string> decoded = percent_decode(path);
  if (!decoded || decoded->empty() || decoded->find('\0') != std::string::npos) {
    address.rest = "not a valid file: address";
    return address;
  }
  address.kind = Address::Kind::local;
  address.rest = *std::move(decoded);
  return address;
}

} // namespace

bool is_http_address(std::string_view text) {
  return has_prefix(text, "http:") || has_prefix(text, "https:");
}

Address parse_address(const std::string& text) {
  Address address{.text = text};
  if (text.empty()) {
    address.rest = "no address is given";
  } else if ((address.git = parse_git_address(text))) {
    address.kind = Address::Kind::git;
  } else if (is_http_address(text)) {
    std::optional<Url> url = Url::parse(text);
    if (url) address.kind = Address::Kind::http;
    address.rest = url ? "" : "not a valid address";
    if (url) address.host = url->host;
  } else if (has_prefix(text, kDebSource)) {
    address.kind = Address::Kind::deb_source;
    address.rest = text.substr(kDebSource.size());
  } else if (has_prefix(text, kFile)) {
    return local_url(std::move(address));
  } else if (has_other_scheme(text)) {
    address.rest = "addresses of this kind are not supported, expected http:, https:, file:, "
                   "git:, ssh:, deb-src: or a path";
  } else {
    address.kind = Address::Kind::local;
    address.rest = text;
  }
  return address;
}

std::string noted_path(const std::string& path) {
  if (is_valid_utf8(path)) return path;
  std::string text(kFile);
  const auto is_plain = [](char c) { return c > ' ' && c <= '~' && c != '%' && c != '#'; };
  for (char c : path)
    text += is_plain(c) ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::string public_address(const std::string& text) {
  constexpr std::string_view kGit = "git+";
  if (!is_http_address(has_prefix(text, kGit) ? text.substr(kGit.size()) : text)) return text;
  std::size_t start = text.find("//");
  if (start == std::string::npos) return text;
  start += 2;
  std::size_t end = std::min(text.find_first_of("/?#", start), text.size());
  std::size_t at = text.rfind('@', end);
  if (at == std::string::npos || at < start || at >= end) return text;
  return text.substr(0, start) + text.substr(at + 1);
}

std::string address_file_name(const std::string& text) {
  Address address = parse_address(text);
  std::string name;
  if (address.kind == Address::Kind::http) {
    std::string path = Url::parse(text)->path;
    name = percent_decode(path.substr(path.rfind('/') + 1)).value_or("");
  } else if (address.kind == Address::Kind::deb_source) {
    name = address.rest.substr(address.rest.rfind('/') + 1);
  } else if (address.git) {
    name = address.git->remote.substr(address.git->remote.find_last_of("/:") + 1);
  } else if (address.kind == Address::Kind::local) {
    name = base_name(address.rest);
  }
  constexpr std::size_t kLongest = 255; // NAME_MAX
  bool is_name = !name.empty() && name != "." && name != ".." && name.size() <= kLongest &&
                 name.find('/') == std::string::npos && printable(name) == name;
  return is_name ? name : "";
}

SourceType type_of_address(const std::optional<Expectation>& expected, std::string_view address,
                           std::string_view first_bytes) {
  if (expected && expected->key()) return expected->key()->type();
  if (std::optional<SourceType> type = source_type_of_url(address)) return *type;
  return archive_type_of(first_bytes).value_or(SourceType::file);
}

} // namespace hdist
