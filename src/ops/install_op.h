// install_op.h: `install-artifact`: one artifact into a directory, by its rules.
#pragma once

#include "ops/operation.h"

#include <cstdint>
#include <string>

namespace hdist {

/// Both empty: inside an install command, what its variables ARTIFACT and profiletarget say.
struct InstallArtifactRequest {
  std::string artifact; // id, name, or the path of a directory
  std::string target;   // directory that is there
};
struct InstallArtifactResponse {
  std::string artifact, target; // paths
  int64_t entries = 0;          // links and copies made; 0: everything was there
};
InstallArtifactResponse install_artifact_of(Session& session,
                                            const InstallArtifactRequest& request);
InstallArtifactRequest read_install_artifact_request(const Document& request);
Value to_value(const InstallArtifactResponse& response);

} // namespace hdist
