// closure.h: the artifacts that a profile holds.
#pragma once

#include "model/artifact_record.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hdist {

/// An artifact as a profile needs it.
struct FoundArtifact {
  ArtifactRecord record;
  std::string path; // absolute
};
using FindArtifact = std::function<std::optional<FoundArtifact>(const ArtifactId&)>;

/// An artifact, and whether it was asked for.
using Members = std::vector<std::pair<FoundArtifact, bool>>;

/// The members and all that they need to run, transitively: `needs` of their records (of records
/// without: their references) and the dependencies of their install wishes; dependencies first, by
/// name where free. Error failed "profile.missing-artifact" names what is not there and who refers
/// to it; refused "profile.foreign-platform" what cannot run on `machine`.
Members closure(const std::vector<ArtifactId>& requested, const FindArtifact& find,
                const Platform& machine);

} // namespace hdist
