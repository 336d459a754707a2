// build_profile_op.h: `makebuildprofile`: a temporary profile of what a build imports.
#pragma once

#include "ops/build_op.h"
#include "ops/operation.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct MakeBuildProfileRequest {
  std::optional<SpecRequest> spec; // nullopt: the imports of the job that this is of
  int owner = 0;                   // the process it is for; 0: this one
};
struct MakeBuildProfileResponse {
  std::string path;
  std::vector<ArtifactId> artifacts; // imports in the order of the spec
};
/// In a job it goes with the job; else the next call or collection removes it when its owner has
/// ended, and until then the artifacts stay. Error failed "build.missing-import" names all that are
/// not built.
MakeBuildProfileResponse make_build_profile(Session& session,
                                            const MakeBuildProfileRequest& request);
std::string build_profiles_dir(const Session& session);
Value to_value(const MakeBuildProfileResponse& response);
/// {"spec": null, "owner": null}
MakeBuildProfileRequest read_makebuildprofile_request(const Document& request);

} // namespace hdist
