// dependencies.h: what an artifact was built with, and what it needs, by its record.
#pragma once

#include "model/artifact_record.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

/// One artifact that another's record names, and in which ways.
struct Dependency {
  ArtifactId id;
  bool is_build = false; // an import of the build
  bool is_run = false;   // declared as needed to run
  bool is_load = false;  // its programs, libraries or scripts load it by themselves
  bool is_name = false;  // its content names it
  /// Without it something may not work; gc keeps it. Else it is only where something came from.
  bool is_needed() const { return is_run || is_load || is_name; }
};

/// By id, each once. What is declared or loaded is a reference too: `is_name` says it only where
/// that is all.
std::vector<Dependency> dependencies_of(const ArtifactRecord& record);

/// An artifact of a graph of dependencies.
struct DependencyNode {
  ArtifactId id;
  std::optional<ArtifactRecord> record; // nullopt: it is not there
  std::vector<Dependency> dependencies; // that were asked for
};

/// Everything that `first` leads to, itself first, each once, breadth first; whatever cycles there
/// are. `wanted` says which dependencies are followed.
std::vector<DependencyNode>
dependency_graph(const ArtifactId& first,
                 const std::function<std::optional<ArtifactRecord>(const ArtifactId&)>& find,
                 const std::function<bool(const Dependency&)>& wanted);

} // namespace hdist
