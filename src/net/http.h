// http.h: GET over http and https (libcurl in a module loaded on first use), with name resolution
// that can be cut off.
#pragma once

#include "base/log.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

struct HttpTimeouts {
  std::chrono::milliseconds connect{5000};      // resolve + connect (+ TLS)
  std::chrono::milliseconds first_byte{30'000}; // from the start to the first byte of the body
  std::chrono::milliseconds stall{30'000};      // for each `stall_bytes` of the body
  int64_t stall_bytes = int64_t{16} << 10;      // a server that drips holds nobody for ever
};

/// Whether a host may be contacted now, and how long connecting may take.
struct HostPermit {
  std::string refusal; // why not; "": it may
  std::chrono::milliseconds connect{0};
};

struct HttpRequest {
  std::string url;
  HttpTimeouts timeouts;
  int64_t limit_bytes = int64_t{64} << 30;
  std::function<void(int64_t done, int64_t total)> progress; // total -1: unknown
  std::function<void(std::string_view)> body;                // called in order; only for a 200
  /// Asked before each host: of the address, of every redirect, the proxy's. Its time counts
  /// instead of timeouts.connect.
  std::function<HostPermit(const std::string& host)> permit;
  /// A host that was permitted has accepted the connection; called from the thread of get().
  std::function<void()> connected;
  /// To go on where an earlier answer was cut off: the bytes that are there, and what that answer
  /// said of its version and of the size of all. `restart` is called before the body when the
  /// server sends all of it.
  int64_t from = 0;
  std::string validator;
  int64_t total = -1; // -1: it did not say
  std::function<void()> restart;
};

/// Why a request gave no body; alternatives are tried by the caller.
struct HttpFailure {
  enum class Reason {
    unreachable,
    slow,
    not_found,
    refused_by_server,
    bad_address,
    untrusted, // nobody vouches for its certificate, or it is another host's
    transfer,
    stopped
  };
  Reason reason = Reason::transfer;
  /// The host (of the address, a redirect or a proxy) that could not be resolved or did not answer
  /// an attempt to connect. One that refuses connections answers. Also said where waiting for it
  /// was stopped.
  std::string dead_host;
  int status = 0;   // HTTP status, 0 if none came
  std::string text; // "www.lua.org: could not resolve the host within 2.0 s"
  /// What came does not continue what is there: only all of it can help.
  bool is_wrong_part = false;

  /// No answer came, and neither the address nor a certificate is why: the network may be.
  bool may_be_of_network() const {
    return status == 0 && reason != Reason::bad_address && reason != Reason::untrusted;
  }
};

struct HttpResult {
  std::optional<HttpFailure> failure; // nullopt: done
  std::string final_url;
  std::string content_type;
  /// Of this version of the content, and of no other: a strong ETag, else the time of its last
  /// change; "": the server says neither, or cannot send a part.
  std::string validator;
  int64_t total = -1; // bytes of all the content; -1: it does not say
  int64_t bytes = 0;  // of this answer
};

/// The interface that `source` uses; fake_http.h has the in-memory peer for tests.
class Http {
public:
  virtual ~Http() = default;
  virtual HttpResult get(const HttpRequest& request, std::stop_token stop) = 0;
};

struct HttpOptions {
  std::string module_dir; // "<prefix>/lib/hdist"; empty: found relative to the executable
  std::string user_agent = "hdist";
  /// Asked with a host that is to be resolved; tests replace it to play a DNS server that never
  /// answers.
  std::function<std::vector<std::string>(const std::string& host)> resolve;
};
/// Loads the module at the first get(). Thread-safe.
std::unique_ptr<Http> make_http(HttpOptions options);

struct Url {
  std::string scheme, host,
      path;     // path with leading '/', without query and fragment; percent-encoding kept
  int port = 0; // 0: the scheme's
  static std::optional<Url> parse(std::string_view text);
};
/// "%20" -> " "; nullopt when malformed.
std::optional<std::string> percent_decode(std::string_view text);

/// Hosts that could not be reached lately: a small file, shared by processes, each entry valid for
/// ten minutes.
class DeadHosts {
public:
  explicit DeadHosts(
      std::string file,
      std::chrono::seconds remember = std::chrono::minutes(10)); // "" keeps it in memory only
  ~DeadHosts();
  bool is_dead(const std::string& host) const;
  /// Seconds since it was found dead, for the message; nullopt when not dead.
  std::optional<int64_t> dead_for_s(const std::string& host) const;
  void mark_dead(const std::string& host);
  void mark_alive(const std::string& host);

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace hdist
