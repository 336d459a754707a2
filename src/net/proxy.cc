#include "net/proxy.h"

#include "base/text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace hdist {

namespace {

using Address = std::array<unsigned char, sizeof(in6_addr)>;

/// Does "10.0.0.0/8", "::1" or "10.1.2.3" contain the address `host`?
bool range_contains(const std::string& range, const std::string& host) {
  std::size_t slash = range.find('/');
  for (int family : {AF_INET, AF_INET6}) {
    Address first{}, address{};
    if (inet_pton(family, range.substr(0, slash).c_str(), first.data()) != 1) continue;
    if (inet_pton(family, host.c_str(), address.data()) != 1) continue;
    int all_bits = family == AF_INET ? 32 : 128;
    std::optional<int64_t> bits =
        slash == std::string::npos ? all_bits : parse_int(range.substr(slash + 1));
    if (!bits || *bits < 0 || *bits > all_bits) return false;
    bool is_equal = true;
    for (int bit = 0; bit < *bits; ++bit) {
      auto byte = static_cast<std::size_t>(bit / 8);
      unsigned mask = 0x80U >> (bit % 8);
      is_equal = is_equal && (first[byte] & mask) == (address[byte] & mask);
    }
    return is_equal;
  }
  return false;
}

bool name_matches(std::string_view pattern, std::string_view host) {
  while (pattern.starts_with('.'))
    pattern.remove_prefix(1);
  while (pattern.ends_with('.'))
    pattern.remove_suffix(1);
  while (host.ends_with('.'))
    host.remove_suffix(1);
  if (pattern.empty() || !host.ends_with(pattern)) return false;
  return host.size() == pattern.size() || host[host.size() - pattern.size() - 1] == '.';
}

bool is_excepted(const std::string& host, const std::string& no_proxy) {
  if (trim(no_proxy) == "*") return true;
  std::vector<std::string> words = split_words(replace_all(no_proxy, ",", " "));
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return range_contains(word, host) || name_matches(to_lower(word), host);
  });
}

std::string first_set(const Env& env, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (std::string value = env.get_or(name, ""); !value.empty()) return value;
  return {};
}

int default_port(const Url& url) {
  if (url.port != 0) return url.port;
  return url.scheme == "https" ? 443 : 80;
}

} // namespace

std::string proxy_for(const Url& url, const Env& env) {
  std::string proxy = url.scheme == "https"
                          ? first_set(env, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
                          : first_set(env, {"http_proxy", "all_proxy", "ALL_PROXY"});
  if (proxy.empty() || is_excepted(url.host, first_set(env, {"no_proxy", "NO_PROXY"}))) return {};
  return proxy;
}

std::vector<Endpoint> endpoints_of(const Url& url, const std::string& proxy) {
  Endpoint server{url.host, default_port(url)};
  if (proxy.empty()) return {server};
  std::optional<Url> parsed =
      Url::parse(proxy.find("://") == std::string::npos ? "http://" + proxy : proxy);
  if (!parsed) return {}; // curl says what is wrong with it
  constexpr int kCurlsDefaultPort = 1080;
  int port = parsed->port != 0 ? parsed->port : parsed->scheme == "https" ? 443 : kCurlsDefaultPort;
  std::vector<Endpoint> endpoints = {{parsed->host, port}};
  if (parsed->scheme == "socks4" || parsed->scheme == "socks5") endpoints.push_back(server);
  return endpoints;
}

} // namespace hdist
