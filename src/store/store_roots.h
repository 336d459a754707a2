// store_roots.h: roots/<uid>/<hash>: what gc must keep, registered with the store. For the store's
// own files.
#pragma once

#include "base/dir.h"
#include "store/artifact_store.h"

#include <string>
#include <vector>

namespace hdist {

/// The first 32 base-32 characters of SHA-256 of the path.
std::string root_name(const std::string& path);

/// `path` is absolute and normal. The link is replaced when it leads elsewhere.
void add_root(const Dir& store, const std::string& path, const StoreOptions& options);
void remove_root(const Dir& store, const std::string& path);
/// Sorted. What is no link, not absolute, or owned by another uid than its folder says is passed
/// over.
std::vector<ArtifactStore::Root> read_roots(const Dir& store);

} // namespace hdist
