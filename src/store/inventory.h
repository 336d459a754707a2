// inventory.h: what is in a store: how large it is, since when, and what keeps it
// (ArtifactStore::inventory).
#pragma once

#include "store/gc.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct StoredArtifact {
  ArtifactId id;
  std::string version;
  int64_t size_bytes = 0;
  int64_t built_at_s = 0;
  int64_t last_use_s = 0;       // by anybody; seconds since the epoch
  std::optional<GcReason> kept; // nullopt: a collection of garbage would take it
};

struct Inventory {
  std::vector<StoredArtifact> artifacts; // in order
  std::vector<std::string> unreadable;   // roots and records, with the reason: they may keep more
};

} // namespace hdist
