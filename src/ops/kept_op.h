// kept_op.h: `why --kept`: what keeps an artifact from being collected.
#pragma once

#include "ops/operation.h"
#include "store/gc.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct KeptResponse {
  StoredArtifact artifact; // with the reason, if there is one
  /// The reason is a generation that is past its time, or a use: then it is another one afterwards,
  /// or none.
  bool root_goes = false;              // the next collection removes the generation
  std::optional<GcReason> afterwards;  // what keeps it then
  std::optional<int64_t> until_s;      // a recent use keeps it until then; nullopt: for ever
  std::vector<std::string> unreadable; // what may keep it, too
};
/// Error usage "artifact.not-found".
KeptResponse why_kept(Session& session, const std::string& word);
Value to_value(const KeptResponse& response);

} // namespace hdist
