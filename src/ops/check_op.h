// check_op.h: `build --check`: an artifact is built once more beside itself, and compared.
#pragma once

#include "ops/build_op.h"
#include "store/compare_trees.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct CheckRequest {
  std::string artifact;            // id, name/prefix or name; "": of `spec`
  std::optional<SpecRequest> spec; // what was built
  bool keep = false;               // the second tree stays
};

struct CheckResponse {
  ArtifactId id;
  std::string path;                        // of the artifact
  std::string kept;                        // the second tree; "" when it has gone
  std::vector<TreeDifference> differences; // none: both are equal
  std::optional<BuildFailure> failure;     // of the second build
  bool is_equal() const { return !failure && differences.empty(); }
};

/// Nothing is published, and the artifact is not touched. Error usage "artifact.not-found" when it
/// is not there yet.
CheckResponse check_build(Session& session, const CheckRequest& request);
/// {"artifact": "lua", "spec": null, "keep": false}: one of the two
CheckRequest read_check_request(const Document& request);
Value to_value(const CheckResponse& response);

} // namespace hdist
