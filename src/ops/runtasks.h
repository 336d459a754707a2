// runtasks.h: `runtasks`: a task graph (tasks.json): fetch, build, then make its profiles.
#pragma once

#include "engine/realize.h"
#include "ops/operation.h"
#include "ops/profile_op.h"

#include <string>
#include <vector>

namespace hdist {

struct RunTasksRequest {
  TaskGraph graph;
  std::vector<std::string> only; // these alone, and what they need
  bool dry_run = false;
  bool fetch_only = false;
  bool keep_going = true; // after a failure, what does not depend on it is done all the same
};

struct RunTasksResponse {
  RealizeReport report;
  std::vector<MakeProfileResponse> profiles; // that were made, in the order of the graph
};

/// Reads a graph and looks at the commands of its jobs, so that a mistake is shown with its line
/// before anything is done.
TaskGraph read_task_graph(const Document& document);

RunTasksResponse run_tasks(Session& session, const RunTasksRequest& request);
Value to_value(const RunTasksResponse& response);
/// {"graph": {...}, "only": [...], "dry_run": false, "fetch_only": false, "keep_going": true}
RunTasksRequest read_runtasks_request(const Document& request);

} // namespace hdist
