// plan.h: which tasks of a graph are needed, given what is there; pure apart from looking.
#pragma once

#include "model/build_spec.h"
#include "model/task_graph.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace hdist {

/// The builds of a graph with their ids, and how tasks hang together.
struct ResolvedGraph {
  std::map<std::string, ArtifactId> ids;  // by build task
  std::map<std::string, BuildSpec> specs; // by build task, imports filled in
  std::vector<std::vector<std::size_t>>
      build_needs; // by task: imports and listed needs, as task indices
  std::vector<std::vector<std::size_t>> run_needs; // by task: run-time dependencies
  std::vector<std::vector<std::size_t>>
      source_needs; // by task: the fetch or pack task of each source that has one
};

/// Fills in "$task" references and hashes, needs first. Errors: unknown names, cycles
/// ("tasks.cycle").
ResolvedGraph resolve_graph(const TaskGraph& graph);

enum class PlannedState { not_needed, present, to_do };

/// From the goals down: a present artifact needs only its run-time dependencies; a missing one its
/// imports and sources too. Profiles and commands are never present. No goals: all tasks, but
/// sources of builds only where the build is to be done.
std::vector<PlannedState> plan_tasks(const TaskGraph& graph, const ResolvedGraph& resolved,
                                     const std::vector<std::string>& goals,
                                     const std::function<bool(const ArtifactId&)>& has_artifact,
                                     const std::function<bool(const SourceKey&)>& has_source);

} // namespace hdist
