// resolver.h: name resolution that its caller can leave, because getaddrinfo(3) cannot be
// interrupted.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

using ResolveFunction = std::function<std::vector<std::string>(const std::string& host)>;

struct Resolution {
  enum class End { found, unknown, too_late, stopped };
  End end = End::unknown;
  std::vector<std::string> addresses; // numeric
};

/// getaddrinfo(3): numeric addresses in the order of preference; empty when there are none.
std::vector<std::string> resolve_by_system(const std::string& host);

/// Asks in a thread of its own, which is left behind when it does not answer in time; it owns all
/// that it touches.
Resolution resolve_within(const std::string& host, const ResolveFunction& resolve,
                          std::chrono::milliseconds limit, const std::stop_token& stop);

/// "127.0.0.1", "::1": nothing to resolve.
bool is_numeric_host(const std::string& host);

} // namespace hdist
