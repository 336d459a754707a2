// transfer.h: one request to one server, as the module carries it out; redirects and resolution are
// http.cc's.
#pragma once

#include "net/http.h"

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace hdist {

/// What transfers leave open for others: a connection to a server costs several round trips.
/// Thread-safe; one transfer at a time has each.
class OpenConnections {
public:
  using Handle = std::unique_ptr<void, void (*)(void*)>; // what it is is the module's business
  /// One that was left for this place; empty when there is none.
  Handle take(const std::string& place);
  void leave(const std::string& place, Handle handle);

private:
  static constexpr std::size_t kMost = 32; // the oldest go first
  std::mutex mutex_;
  std::deque<std::pair<std::string, Handle>> open_;
};

struct Transfer {
  std::string url;
  std::string proxy;                 // "": none
  std::vector<std::string> resolved; // "host:port:address,address" as CURLOPT_RESOLVE takes it
  std::string user_agent;
  std::string ca_file;   // "": libcurl's own
  HttpTimeouts timeouts; // what is left of them
  int64_t limit_bytes = 0;
  const std::function<void(int64_t, int64_t)>* progress = nullptr;
  const std::function<void(std::string_view)>* body = nullptr;
  const std::function<void()>* connected = nullptr;
  int64_t from = 0; // with `validator`, `total` and `restart`, as HttpRequest
  std::string validator;
  int64_t total = -1;
  const std::function<void()>* restart = nullptr;
  OpenConnections* open = nullptr;
  std::string place; // where a connection for it leads, and which way
};

struct TransferResult {
  enum class End {
    complete,
    refused, // the host answered, but nobody listens there
    no_connection,
    connect_timeout,
    first_byte_timeout,
    stall,
    too_large,
    untrusted,  // nobody vouches for its certificate
    wrong_part, // it does not continue what is there
    broken,
    stopped
  };
  End end = End::broken;
  bool reached_peer = false; // connected to the host, or to the proxy
  bool is_connected = false; // resolved, connected, and agreed on TLS
  int status = 0;
  std::string redirect; // absolute; "" without a Location
  std::string content_type;
  std::string validator;
  int64_t total = -1;
  int64_t bytes = 0;
  std::string text; // libcurl's words, for broken, no_connection and untrusted
};

/// The one function that the module exports, "hdist_net_transfer". Throws only what the callbacks
/// throw.
using TransferFunction = void(const Transfer&, TransferResult&, const std::stop_token&);

/// Loads the module from `dir` ("": beside the executable's directory). Error "net.module".
TransferFunction* load_transfer(const std::string& dir);

} // namespace hdist
