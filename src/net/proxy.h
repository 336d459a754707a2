// proxy.h: which proxy an address goes through, by the environment variables that curl knows.
#pragma once

#include "base/env.h"
#include "net/http.h"

namespace hdist {

/// The value of http_proxy (lower case only: HTTP_PROXY can be set by a web server's client),
/// https_proxy or all_proxy, unless no_proxy names the host: "*", names with their subdomains,
/// addresses, and ranges like 10.0.0.0/8. "": no proxy.
std::string proxy_for(const Url& url, const Env& env);

/// What must be resolved here for a request: "host", port.
struct Endpoint {
  std::string host;
  int port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};
/// The host itself without a proxy; with one, the proxy, and the host too when a SOCKS proxy wants
/// an address.
std::vector<Endpoint> endpoints_of(const Url& url, const std::string& proxy);

} // namespace hdist
