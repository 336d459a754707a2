// registry_op.h: `profile`: the registry of profiles, by name, and what a profile is.
#pragma once

#include "ops/operation.h"
#include "profile/registry.h"

#include <string>
#include <vector>

namespace hdist {

struct ProfileListResponse {
  std::vector<RegisteredProfile> profiles;
};
ProfileListResponse list_profiles(Session& session);
Value to_value(const ProfileListResponse& response);

struct ProfileLinkRequest {
  std::string name;
  std::string profile; // a name or a path, whoever made it; a profile that is an artifact: its id
};
struct ProfileLinkResponse {
  RegisteredProfile profile;
  bool changed = false; // false: it was registered so
};
/// Registers it in the first folder. The store that it was made from is told of what no switched
/// link keeps: an artifact, or one generation of a profile.
ProfileLinkResponse link_profile(Session& session, const ProfileLinkRequest& request);
Value to_value(const ProfileLinkResponse& response);
/// {"name", "profile"}
ProfileLinkRequest read_profile_link_request(const Document& request);

struct ProfileUnlinkRequest {
  std::string name;
  bool dry_run = false;
};
struct ProfileUnlinkResponse {
  RegisteredProfile profile; // as it was
  /// The profile was made under this name: no other link is switched between its generations, which
  /// stay until a collection finds them old. link_profile() of profile.leads_to brings it back.
  bool is_own_link = false;
};
ProfileUnlinkResponse unlink_profile(Session& session, const ProfileUnlinkRequest& request);
Value to_value(const ProfileUnlinkResponse& response);
/// {"name", "dry_run": false}
ProfileUnlinkRequest read_profile_unlink_request(const Document& request);

struct ProfileInfoRequest {
  std::string profile; // a name, a path, an id
};
struct ProfileInfoResponse {
  OpenedProfile profile;
  std::vector<std::string> names; // in the registry, that lead to it
};
ProfileInfoResponse profile_info(Session& session, const ProfileInfoRequest& request);
Value to_value(const ProfileInfoResponse& response);
/// {"profile"}
ProfileInfoRequest read_profile_info_request(const Document& request);

} // namespace hdist
