// fetch.h: one source item into the store from the first of its addresses that gives what is
// expected.
#pragma once

#include "base/log.h"
#include "model/task_graph.h"
#include "net/http.h"
#include "source/deb_mirror.h"
#include "source/deb_source.h"
#include "source/source_store.h"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

struct FetchOptions {
  /// Without a byte: then the next candidate begins beside it.
  std::chrono::milliseconds patience{2'000};
  std::chrono::milliseconds host_budget{5'000}; // what one dead host may cost in a run, at most
  std::chrono::milliseconds remember_from{500}; // a host must have cost it to be remembered as dead
  bool refresh = false; // ask again although the address is known, or its host was not reachable
  bool offline = false; // only what is in the store or in local files
  int at_once = 8;      // sources
  int per_host = 4;     // transfers from one server
  DebMirrorOptions deb_mirror;      // asked for deb-src: instead of apt, where it has an address
  std::vector<std::string> mirrors; // asked first for full keys: <mirror>/packs/<type>/<digest52>
};

struct FetchAttempt {
  std::string url;
  std::string reason; // why it gave nothing
};

struct FetchOutcome {
  SourceItem item;
  std::string url; // what gave it; "" when it was in the store
  bool was_present = false;
  std::vector<FetchAttempt> failed; // candidates passed over, in order
};

/// Addresses: http:, https:, file:, a path, deb-src:PACKAGE[=VERSION]/FILE.
class Fetcher {
public:
  Fetcher(SourceStore& store, Http& http, DebSources& deb, DeadHosts& dead_hosts,
          FetchOptions options, Events& events);
  ~Fetcher();
  /// Present already: nothing is asked. A candidate without an address is asked of mirrors alone.
  /// Throws Error "source.unavailable" listing every candidate with its reason; usage where only
  /// the addresses are at fault, else failed. Safe to call from several threads; equal requests at
  /// once download once.
  FetchOutcome fetch(const FetchTask& task, const std::vector<std::string>& tags = {},
                     const std::stop_token& stop = {});
  /// The server that would be asked first; "": none.
  std::string first_server(const FetchTask& task) const;
  const FetchOptions& options() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace hdist
