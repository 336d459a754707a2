// root_follow.h: where a root leads, through any chain of links, and what of the store it needs.
// For the store's own files.
#pragma once

#include "model/artifact_id.h"

#include <compare>
#include <string>
#include <vector>

namespace hdist {

/// A directory of the store that a chain of links leads to or through.
struct StorePlace {
  std::string name;      // of the artifact
  std::string directory; // "<hash12>" or "<hash12>.<n>"
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const StorePlace&, const StorePlace&) = default;
};

struct RootReach {
  enum class State {
    found,
    gone,       // it, or what it leads to, does not exist
    unreadable, // it cannot be told
  };
  State state = State::found;
  std::string problem;            // when unreadable: which path, and why
  std::string end;                // physical path of what it leads to; "" unless found
  std::vector<StorePlace> places; // also those before a link that leads nowhere
  std::vector<ArtifactId> ids;    // members of the profile that it leads to
};

/// `path` is absolute, `real_store` the physical path of the store. A profile (profile.json) needs
/// its members; another directory outside of the store what the links directly in it lead to.
RootReach follow_root(const std::string& path, const std::string& real_store);

} // namespace hdist
