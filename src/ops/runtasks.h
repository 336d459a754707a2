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
  std::vector<std::string> only; // build tasks: these alone, and what they need; no profiles
  bool dry_run = false;
  bool fetch_only = false;
};

struct RunTasksResponse {
  RealizeReport report;
  std::vector<MakeProfileResponse> profiles; // in the order of the graph; empty unless all is well
};

RunTasksResponse run_tasks(Session& session, const RunTasksRequest& request);
Value to_value(const RunTasksResponse& response);
/// {"graph": {...}, "only": [...], "dry_run": false, "fetch_only": false}
RunTasksRequest read_runtasks_request(const Document& request);

} // namespace hdist
