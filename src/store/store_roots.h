// store_roots.h: roots/<uid>/<hash>: what gc must keep, registered with the store. For the store's
// own files.
#pragma once

#include "base/dir.h"
#include "store/artifact_store.h"

#include <chrono>
#include <string>
#include <vector>

namespace hdist {

/// The first 32 base-32 characters of SHA-256 of the path.
std::string root_name(const std::string& path);

/// roots/<own uid>/, made when absent. Error refused "store.foreign-roots" when somebody else made
/// it: he could remove what is registered there.
Dir own_roots(const Dir& store, const StoreOptions& options);

/// `path` is absolute and normal. The link is made anew also when it is there, so that its age says
/// when it was last asked for.
void add_root(const Dir& store, const std::string& path, const StoreOptions& options);
void remove_root(const Dir& store, const std::string& path);
/// Removes a root that leads nowhere, unless it was registered within `younger`: what it leads to
/// may not be made yet. False when it stays, also because it is somebody else's.
bool remove_gone_root(const Dir& store, const ArtifactStore::Root& root,
                      std::chrono::seconds younger);

struct RootsSeen {
  std::vector<ArtifactStore::Root> roots; // sorted
  std::vector<std::string> problems;      // folders that cannot be read, with the reason
};
/// Of a directory laid out like roots/. What is no link, not absolute, or owned by another uid than
/// its folder says is passed over.
RootsSeen look_at_roots(const Dir& roots);
/// Of the store. Throws where a folder cannot be read.
std::vector<ArtifactStore::Root> read_roots(const Dir& store);

/// The numeric folders of a directory laid out like roots/, and their uids.
struct UserFolder {
  unsigned uid = 0;
  Dir dir;
};
std::vector<UserFolder> user_folders(const Dir& roots, std::vector<std::string>& problems);

} // namespace hdist
