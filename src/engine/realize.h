// realize.h: a task graph made true: present, fetched or built; the only place where having,
// fetching and building meet.
#pragma once

#include "base/log.h"
#include "build/builder.h"
#include "engine/command_task.h"
#include "model/task_graph.h"
#include "schedule/scheduler.h"
#include "source/fetch.h"

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

struct RealizeOptions {
  int jobs = 1; // cores for builds
  bool keep_going = true;
  bool fetch_only = false;
  bool dry_run = false; // plan only
  /// Tasks that are wanted; empty: all (plan_tasks()). Others are done only where a wanted one
  /// needs them.
  std::vector<std::string> goals;
};

struct Realized {
  std::string task;
  /// done: profiles and commands.
  enum class State { present, fetched, built, done, failed, skipped, planned, not_needed, not_run };
  State state = State::not_needed;
  std::optional<ArtifactId> id;        // of build tasks
  std::optional<FetchOutcome> fetched; // of fetch tasks that ran
  std::optional<Error> error;          // why a fetch failed, or a build could not be tried
  std::optional<BuildFailure> failure; // of a failed build
  std::string reason;                  // of a skipped task: the name of what failed
  double wall_s = 0;
};

struct RealizeReport {
  std::vector<Realized> tasks;           // in the order of the graph
  std::map<std::string, ArtifactId> ids; // of every build task
  bool stopped = false;
  bool ok() const;
};

struct RealizeParts {
  ArtifactStore& artifacts;
  SourceStore& sources;
  Fetcher& fetcher;
  Builder& builder;
  Publisher& publisher;
  Events& events;
  /// Makes a profile of artifacts; called from any thread, one call at a time. Empty: profile tasks
  /// are left to the caller.
  std::function<void(const std::string& task, const ProfileTask& profile,
                     const std::vector<std::string>& members)>
      make_profile = {};
  CommandSurroundings commands = {};
  /// Called once before the first build, when there is one to do; what it throws ends the run with
  /// nothing done.
  std::function<void(const std::map<std::string, BuildSpec>& specs)> before_builds = {};
};

/// Ids first (imports filled in), then what is present is marked; only sources that a missing build
/// needs are fetched. Returns when all that was built is durable.
RealizeReport realize(const TaskGraph& graph, const RealizeParts& parts,
                      const RealizeOptions& options, const std::stop_token& stop);

/// The id of every build task, imports filled in; needs no store. Errors: unknown "$task", cycles
/// ("tasks.cycle").
std::map<std::string, ArtifactId> resolve_ids(const TaskGraph& graph,
                                              std::map<std::string, BuildSpec>* specs = nullptr);

} // namespace hdist
