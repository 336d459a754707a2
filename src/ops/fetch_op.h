// fetch_op.h: `fetch`: addresses into the source store.
#pragma once

#include "ops/operation.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct FetchRequest {
  std::vector<SourceCandidate> sources;
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

/// Addresses as a person writes them: a word after one that is a key or digest is what it is
/// expected to give; a word after the address of a git repository is the branch, tag or commit.
std::vector<SourceCandidate> sources_of_words(const std::vector<std::string>& words);

FetchResponse fetch_sources(Session& session, const FetchRequest& request);
Value to_value(const FetchResponse& response);
/// {"sources": [{"url", "key"}], "tags": [...]}
FetchRequest read_fetch_request(const Document& request);

} // namespace hdist
