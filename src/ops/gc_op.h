// gc_op.h: `gc`: what nothing needs any more is removed: artifacts, generations, failed builds,
// logs.
#pragma once

#include "build/clean.h"
#include "ops/operation.h"
#include "profile/old_generations.h"
#include "store/gc.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct GcRequest {
  bool dry_run = false;
  std::optional<int64_t> grace_s; // nullopt: [gc] grace
  bool ignore_unreadable = false;
  std::optional<int64_t> older_than_s; // nullopt: [gc] keep-unreferenced
  std::optional<int64_t> free_bytes;   // stop when so much is freed
  bool keep_build_deps = false;
};

struct GcResponse {
  bool dry_run = false;
  std::string store;
  std::vector<OldGeneration> generations;
  GcReport artifacts;
  std::vector<CleanedBuild> builds; // failed builds, logs
  int64_t freed_bytes() const;
};

/// Error refused "gc.unreadable-roots", "gc.grace".
GcResponse collect_garbage(Session& session, const GcRequest& request);
/// {"dry_run": false, "grace": null, "ignore_unreadable": false, "older_than": null, "free": null,
/// "keep_build_deps": false}; times in seconds
GcRequest read_gc_request(const Document& request);
Value to_value(const GcResponse& response);

/// What `gc` would go by now, for a look that changes nothing. Generations that are past their time
/// keep artifacts still; their paths are put into `old`, when it is given.
GcOptions looking_options(Session& session, std::set<std::string>* old = nullptr);
/// {"reason", "uid", "of", "last_use", "chain"}, put into `value`.
void set_reason(Value& value, const GcReason& reason);

} // namespace hdist
