// last_use.h: when an artifact was last built, resolved or adopted by hand. For the store's own
// files.
#pragma once

#include "base/dir.h"
#include "model/artifact_id.h"
#include "store/artifact_store.h"
#include "store/store_roots.h"

#include <cstdint>
#include <map>
#include <string>

namespace hdist {

/// It is the mtime of the record where that is ours; else the mtime of
/// roots/<uid>/used/<name>.<hash32>, which counts in the same way.
/// False when there is no record to touch. Where nothing can be written, nothing is noted.
bool note_use(const Dir& store, const ArtifactId& id, const StoreOptions& options);

/// What the folder of one user says: seconds since the epoch.
std::map<ArtifactId, int64_t> noted_uses(const UserFolder& folder);
/// Removes what is older than `before_s`, when it is ours to remove.
void remove_old_uses(const UserFolder& folder, int64_t before_s);

} // namespace hdist
