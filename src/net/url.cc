#include "net/http.h"

#include "base/text.h"

#include <algorithm>

namespace hdist {

namespace {

constexpr int kMaxPort = 65535;

bool is_scheme(std::string_view text) {
  auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto is_rest = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), is_rest);
}

/// A blank or control character cuts an address short in one program and not in the next.
bool has_only_graphic(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; });
}

/// "host", "host:80", "[::1]:80"; without user and password.
bool parse_authority(std::string_view text, Url& url) {
  std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) text.remove_prefix(at + 1);
  std::size_t host_end =
      text.starts_with('[') ? text.find(']') : std::min(text.find(':'), text.size());
  if (host_end == std::string_view::npos) return false;
  bool is_bracketed = text.starts_with('[');
  url.host = to_lower(is_bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end));
  std::string_view rest = text.substr(is_bracketed ? host_end + 1 : host_end);
  if (rest.empty() || rest == ":") return true;
  std::optional<int64_t> port = parse_int(rest.substr(1));
  if (rest.front() != ':' || !port || *port < 1 || *port > kMaxPort) return false;
  url.port = static_cast<int>(*port);
  return true;
}

std::optional<unsigned> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

} // namespace

std::optional<Url> Url::parse(std::string_view text) {
  std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon)) ||
      !has_only_graphic(text))
    return std::nullopt;
  Url url;
  url.scheme = to_lower(text.substr(0, colon));
  text.remove_prefix(colon + 1);
  text = text.substr(0, text.find_first_of("?#"));
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    std::size_t end = std::min(text.find('/'), text.size());
    if (!parse_authority(text.substr(0, end), url)) return std::nullopt;
    text.remove_prefix(end);
  }
  bool needs_host = url.scheme == "http" || url.scheme == "https";
  if (needs_host && url.host.empty()) return std::nullopt;
  url.path = text.starts_with('/') ? std::string(text) : "/" + std::string(text);
  return url;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    if (text.front() != '%') {
      result += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < 3) return std::nullopt;
    std::optional<unsigned> high = hex_value(text[1]), low = hex_value(text[2]);
    if (!high || !low) return std::nullopt;
    result += static_cast<char>(*high * 16 + *low);
    text.remove_prefix(3);
  }
  return result;
}

} // namespace hdist
