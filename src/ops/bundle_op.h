// bundle_op.h: `bundle`: sources for a host without network: a mirror that is proven to have all.
#pragma once

#include "ops/update.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

/// Of `keys` what is named; of `graph` what all of it needs; with neither, what the stack needs.
struct BundleRequest {
  std::string target;            // a directory, made when absent; what is in it stays
  std::vector<std::string> keys; // of sources in the store, or their beginnings
  std::optional<TaskGraph> graph;
  CompileRequest stack;
};

struct BundledSource {
  SourceItem item;          // as it is in the bundle
  bool was_present = false; // it was in the bundle
};

struct BundleResponse {
  std::string target;
  std::vector<BundledSource> sources; // by key; each was unpacked from the bundle alone
  int64_t size_bytes() const;
};

/// Fetches what is missing. Error failed "bundle.incomplete" naming every source that cannot be in
/// the bundle, and why; what can be is there then.
BundleResponse bundle_sources(Session& session, const BundleRequest& request);
/// {"target", "keys": [], "graph": null, "stack": null, "directory": null}
BundleRequest read_bundle_request(const Document& request);
Value to_value(const BundleResponse& response);

} // namespace hdist
