// fetch_op.h: `fetch`: addresses into the source store.
#pragma once

#include "ops/operation.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct FetchRequest {
  /// Addresses; a word after one that is a key or digest is what that address is expected to give.
  std::vector<std::string> words;
  std::vector<std::string> tags;
};

struct FetchedSource {
  std::string url;
  SourceKey key;
  int64_t size_bytes = 0;
  bool was_present = false;
};

struct FetchResponse {
  std::vector<FetchedSource> sources; // in order
};

FetchResponse fetch_sources(Session& session, const FetchRequest& request);
Value to_value(const FetchResponse& response);
/// {"sources": [{"url", "key"}], "tags": [...]}
FetchRequest read_fetch_request(const Document& request);

} // namespace hdist
