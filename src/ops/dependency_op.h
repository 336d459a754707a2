// dependency_op.h: `artifact refs` and `artifact tree`: what an artifact needs, and what needs it.
#pragma once

#include "ops/operation.h"
#include "store/dependencies.h"

#include <string>
#include <vector>

namespace hdist {

enum class DependencyKind { all, run, build };

struct RefsRequest {
  std::string artifact; // id, name/prefix or name
  bool reverse = false; // what refers to it
  bool all = false;     // also what those lead to
  DependencyKind kind = DependencyKind::run;
};
struct Ref {
  Dependency dependency;
  bool is_there = false;
};
struct RefsResponse {
  ArtifactId id;
  std::vector<Ref> refs; // by id; with `all` without the ways
};
RefsResponse artifact_refs(Session& session, const RefsRequest& request);

struct TreeResponse {
  std::vector<DependencyNode> nodes; // the artifact first; each once
};
TreeResponse artifact_tree(Session& session, const std::string& word, DependencyKind kind);

/// {"artifact": "lua", "reverse": false, "all": false, "kind": "run"}
RefsRequest read_refs_request(const Document& request);
Value to_value(const RefsResponse& response);
Value to_value(const TreeResponse& response);
/// "run", "load", "name", "build": how an artifact is needed, joined by ','.
std::string ways_text(const Dependency& dependency);

} // namespace hdist
