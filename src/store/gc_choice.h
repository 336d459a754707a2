// gc_choice.h: what a collection takes that needs to free only so much. For the store's own files.
#pragma once

#include "store/gc_mark.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace hdist {

/// What an artifact takes, and what it takes to have it again.
struct GcCost {
  int64_t size_bytes = 0;
  int64_t build_ms = 0;
  int64_t last_use_s = 0;
};
using CostOf = std::function<GcCost(const ArtifactId&)>;

/// Of `garbage`, which is ordered dependents first: enough to free `free_bytes`, or all. Each is
/// taken only after all of `garbage` that need it; of those that may be next, the one that takes
/// the least time to build for its size, then the one that was not used for the longest time. In
/// the order of `garbage`.
std::vector<ArtifactId> choose_to_free(const std::vector<ArtifactId>& garbage, int64_t free_bytes,
                                       const NeedsOf& needs_of, const CostOf& cost_of);

} // namespace hdist
