// update.h: `compile` and `update`: a stack to a task graph; compile, fetch, build, switch.
#pragma once

#include "engine/realize.h"
#include "ops/operation.h"
#include "ops/profile_op.h"
#include "spec/stack.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct CompileRequest {
  std::string stack;     // a file; empty: stack.yaml here or above
  std::string directory; // where to look then
};
struct CompileResponse {
  StackFile stack;
  Compiled compiled;
};
CompileResponse compile(Session& session, const CompileRequest& request);
/// {"stack": path of the file, "graph": tasks.json}
Value to_value(const CompileResponse& response);
/// {"stack": null, "directory": null}; the current directory when neither is given.
CompileRequest read_compile_request(const Document& request);

struct UpdateRequest {
  CompileRequest stack;
  std::string profile;           // name or path; empty: the stack's name
  std::vector<std::string> only; // packages: build these alone (and what they need), no switch
  bool dry_run = false;
  bool fetch_only = false;
};
struct UpdateResponse {
  std::string stack;
  RealizeReport report;
  std::vector<CompiledPackage> packages;
  std::optional<ProfileResult> profile; // nullopt: not made (--only, --fetch-only, or something
                                        // failed); of a dry run: foreseen
  int built() const;
  int fetched() const;
  int present() const;
};
UpdateResponse update(Session& session, const UpdateRequest& request);
/// "task", "id", "state", ... of each task.
Value to_value(const RealizeReport& report);
Value to_value(const UpdateResponse& response);
/// As for compile, and {"profile": null, "only": [...], "dry_run": false, "fetch_only": false}.
UpdateRequest read_update_request(const Document& request);

} // namespace hdist
