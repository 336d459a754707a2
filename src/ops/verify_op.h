// verify_op.h: `verify`: artifacts compared with what they were when they were made, and mended.
#pragma once

#include "ops/operation.h"
#include "store/verify.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct VerifyRequest {
  std::vector<std::string> words; // artifacts; none: all
  bool quick = false;
  bool repair = false;
};

struct DamagedArtifact {
  ArtifactId id;
  std::string path; // "" when it is not known; of a repaired one where it is now
  std::vector<Damage> damage;
  bool repaired = false;
  std::string problem; // why it is not, when that was tried
};

struct VerifyResponse {
  std::string store;
  bool quick = false;
  int64_t artifact_count = 0; // looked at
  int64_t file_count = 0;
  int64_t read_bytes = 0;
  std::vector<DamagedArtifact> damaged; // by id; repaired ones, too
  bool is_whole() const;                // now
};

/// Goes on past damage. To repair: wrong modes are set again; else the artifact is built once more
/// beside, from the spec in it, and takes its place in one step: there is no moment without it.
VerifyResponse verify_artifacts(Session& session, const VerifyRequest& request);
/// {"artifacts": [], "quick": false, "repair": false}
VerifyRequest read_verify_request(const Document& request);
Value to_value(const VerifyResponse& response);

} // namespace hdist
