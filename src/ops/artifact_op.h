// artifact_op.h: `artifact list|info|rm`: what is in the artifact store.
#pragma once

#include "ops/operation.h"
#include "store/gc.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

enum class ArtifactOrder { name, size, built, used };

struct ArtifactListRequest {
  /// NAME or NAME/HASH, `*` for any characters of either; HASH may be a beginning. None: all.
  std::vector<std::string> patterns;
  ArtifactOrder order = ArtifactOrder::name; // else the largest or newest first
  bool unkept = false;                       // only what nothing keeps
};
struct ArtifactListResponse {
  std::string store;
  std::vector<StoredArtifact> artifacts;
  std::vector<std::string> unreadable; // what may keep more
};
/// Error usage "artifact.not-found" for a pattern that nothing is called by.
ArtifactListResponse list_artifacts(Session& session, const ArtifactListRequest& request);

struct ArtifactInfoResponse {
  ArtifactRecord record;
  std::string path;
  std::string log;               // "" when there is none
  std::optional<BuildSpec> spec; // nullopt when it cannot be read
  std::string spec_problem;      // why
  std::optional<int64_t> last_use_s;
};
ArtifactInfoResponse artifact_info(Session& session, const std::string& word);

struct ArtifactRemoveRequest {
  std::vector<std::string> words; // at least one
  bool dry_run = false;
  bool ignore_unreadable = false;
};
struct ArtifactRemoveResponse {
  bool dry_run = false;
  std::string store;
  std::vector<GcRemoved> removed; // or would be
};
/// All or none. Errors refused "artifact.needed" with the chain of what needs one,
/// "artifact.others", "gc.unreadable-roots".
ArtifactRemoveResponse remove_artifacts(Session& session, const ArtifactRemoveRequest& request);

/// {"patterns": [], "order": "name", "unkept": false}
ArtifactListRequest read_artifact_list_request(const Document& request);
ArtifactOrder artifact_order(const std::string& text); // Error usage "artifact.order"
/// {"artifact": "lua"}
std::string read_artifact_request(const Document& request);
/// {"artifacts": [...], "dry_run": false, "ignore_unreadable": false}
ArtifactRemoveRequest read_artifact_remove_request(const Document& request);
Value to_value(const ArtifactListResponse& response);
Value to_value(const ArtifactInfoResponse& response);
Value to_value(const ArtifactRemoveResponse& response);

} // namespace hdist
