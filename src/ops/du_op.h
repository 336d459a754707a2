// du_op.h: `du`: what takes room, and how much of it could be had back.
#pragma once

#include "ops/operation.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct DuEntry {
  std::string name;  // "artifacts", "sources", "generations", "builds", "logs", "caches"; a package
  std::string path;  // "" for a package
  int64_t count = 0; // artifacts, sources, files
  int64_t size_bytes = 0;
  std::optional<int64_t> free_bytes; // that a collection of garbage would give back now
};

struct DuResponse {
  std::vector<DuEntry> entries;  // what there is, in a fixed order
  std::vector<DuEntry> packages; // artifacts by name, the largest first
  std::string problem;           // why it is not known what could be had back; ""
};

/// Artifacts and sources by what their records and notes say; of the rest each file once, however
/// many links it has, and what it takes on the disk.
DuResponse disk_usage(Session& session);
Value to_value(const DuResponse& response);

} // namespace hdist
