// profile_record.h: profile.json: members, environment and how a profile was made
// (docs/profile-format.md).
#pragma once

#include "model/artifact_id.h"
#include "model/install_rules.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

struct ProfileMember {
  ArtifactId id;
  std::string version;
  std::string path;       // of the artifact, from the profile's directory where both move together
  bool requested = false; // false: came by a reference
  friend bool operator==(const ProfileMember&, const ProfileMember&) = default;
};

struct ProfileRecord {
  std::string name;
  int64_t generation = 0;
  std::vector<ProfileMember> members;       // dependencies before dependents
  std::vector<ProfileVariable> environment; // values with "$PROFILE" for the profile's own path
  std::string input; // digest of members, rules and layout version: equal input, equal profile
  int64_t made_at_s = 0;
  std::string author;        // user name or uid
  std::string reason;        // the command, in words
  std::string stack;         // path of the stack file, "" if none
  bool stands_alone = false; // copies, which do not need the members to be there

  static ProfileRecord parse(std::string_view text, std::string_view name);
  std::string text() const;
};

} // namespace hdist
