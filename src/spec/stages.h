// stages.h: named stages: inheritance, modes, order (ORIGINAL.md 14).
#pragma once

#include "spec/package_file.h"

#include <vector>

namespace hdist {

/// The stages of a recipe over those of its bases (already merged). Two bases with a stage of one
/// name are an error.
std::vector<StageEntry> inherit_stages(const std::vector<std::vector<StageEntry>>& bases,
                                       const std::vector<StageEntry>& own);

/// By before/after; where free, by name. Errors: unknown names (nearest suggested), cycles.
std::vector<StageEntry> order_stages(const std::vector<StageEntry>& stages);

} // namespace hdist
