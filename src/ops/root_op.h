// root_op.h: `root`: what protects artifacts from being collected, by hand.
#pragma once

#include "ops/operation.h"
#include "store/gc.h"

#include <string>
#include <vector>

namespace hdist {

struct RootAddRequest {
  std::vector<std::string> words; // paths, profiles, artifacts
};
struct RootEntry {
  FollowedRoot root;
  bool is_ours = false;
};
struct RootResponse {
  std::vector<RootEntry> roots; // those asked for, or all
};

/// A word is a path when it begins with '/', './', '../' or '~/', or has a slash and is the path of
/// something that exists; else a profile of that name; else an artifact, for which a link is made
/// in <hdist root>/roots. Error usage "root.not-found".
RootResponse add_roots(Session& session, const RootAddRequest& request);
/// The same words; what is registered under them goes. Error usage "root.not-found".
RootResponse remove_roots(Session& session, const RootAddRequest& request);
/// All roots of the store and what running processes need.
RootResponse list_roots(Session& session);
/// {"roots": [...]}
RootAddRequest read_root_request(const Document& request);
Value to_value(const RootResponse& response);

} // namespace hdist
