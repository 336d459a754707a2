// condemned.h: the names a record has on its way out, and the one step between two of them. For the
// store's own files.
#pragma once

#include "base/dir.h"
#include "model/artifact_id.h"

#include <string>

namespace hdist {

std::string record_name(const ArtifactId& id);    // "<hash32>.json"
std::string condemned_name(const ArtifactId& id); // "<hash32>.condemned": gc means to remove it
std::string removed_name(const ArtifactId& id);   // "<hash32>.removed": gc removes its directory

/// One atomic step: of several who move `from` to different names, one succeeds. (Dir::rename_new
/// links where exclusive renames are missing, and then two could.) False when `from` is gone or
/// `to` is taken; judged by looking.
[[nodiscard]] bool move_record(const Dir& dir, const std::string& from, const std::string& to);

} // namespace hdist
