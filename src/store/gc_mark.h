// gc_mark.h: which artifacts are needed, and by what: the shortest chain from a seed to each. For
// the store's own files.
#pragma once

#include "model/artifact_id.h"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace hdist {

/// Artifacts that are needed for one reason.
struct MarkSeed {
  std::vector<ArtifactId> ids;
  bool weak = false; // names itself as the reason only of what no other seed reaches
};

struct Mark {
  std::size_t seed = 0;
  std::optional<ArtifactId> needed_by; // the next artifact on the way to the seed
};

/// What each artifact needs; nullopt when it is not there.
using NeedsOf = std::function<std::optional<std::vector<ArtifactId>>(const ArtifactId&)>;

/// Everything that is there and that a seed reaches. Asks about each artifact once.
std::map<ArtifactId, Mark> mark_needed(const std::vector<MarkSeed>& seeds, const NeedsOf& needs_of);

/// The same ids, each before all that it needs: removed in this order, none is ever there without
/// its needs.
std::vector<ArtifactId> dependents_first(const std::vector<ArtifactId>& ids,
                                         const NeedsOf& needs_of);

} // namespace hdist
