// debug_op.h: the developer's loop: a failed build that goes on, is looked into, and gives the
// patch that mends its recipe.
#pragma once

#include "build/look_inside.h"
#include "build/source_patch.h"
#include "ops/build_op.h"
#include "ops/operation.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

/// `word`: id, name/PREFIX or name of a build whose directory was kept; none: the last that failed.
/// Errors usage "debug.none", "debug.no-build".
KeptBuild find_kept_build(Session& session, const std::optional<std::string>& word);

/// See OpenedBuild for the errors.
std::unique_ptr<OpenedBuild> open_build(Session& session, const std::optional<std::string>& word);

/// Goes on at the command that failed. The result is a directory, and no artifact.
BuildResponse resume_build(Session& session, const std::optional<std::string>& word);

struct PatchOpRequest {
  std::optional<std::string> word;
  std::vector<std::string> add; // new files
};
struct PatchResponse {
  std::string build; // name/hash12
  SourcePatch patch;
};
PatchResponse patch_of_build(Session& session, const PatchOpRequest& request);
Value to_value(const PatchResponse& response);

struct UnpackBuildRequest {
  std::string build;  // a spec's file, or id, name/PREFIX or name of a kept build or an artifact
  std::string target; // new, or an empty directory
};
struct UnpackBuildResponse {
  ArtifactId id;
  std::string path;
};
/// The sources of a build as its job finds them. The target appears complete or not at all.
UnpackBuildResponse unpack_build(Session& session, const UnpackBuildRequest& request);
Value to_value(const UnpackBuildResponse& response);

} // namespace hdist
