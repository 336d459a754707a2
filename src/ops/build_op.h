// build_op.h: `hash`, `build` and `resolve`: one build spec, its id, its artifact and where that
// is.
#pragma once

#include "ops/operation.h"

#include <string>

namespace hdist {

struct SpecRequest {
  std::string name; // of the document, for messages
  std::string text; // the JSON
};

struct HashResponse {
  ArtifactId id;
  std::string input; // every byte that was hashed
};
/// {"spec": {...}}
SpecRequest read_spec_request(const Document& request);

HashResponse hash_spec(const SpecRequest& request);
Value to_value(const HashResponse& response);

struct BuildResponse {
  BuildOutcome outcome;
};
/// Durable when this returns.
BuildResponse build_spec(Session& session, const SpecRequest& request);
Value to_value(const BuildResponse& response);
Value to_value(const BuildFailure& failure);

struct ResolveRequest {
  std::string artifact; // id, name/prefix or name
  std::string root; // a link to make (or switch) there that also protects the artifact; empty: none
};
struct ResolveResponse {
  ArtifactId id;
  std::string path;
};
ResolveResponse resolve_artifact(Session& session, const ResolveRequest& request);
Value to_value(const ResolveResponse& response);
/// {"artifact", "root": null}
ResolveRequest read_resolve_request(const Document& request);

} // namespace hdist
