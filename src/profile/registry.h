// registry.h: named profiles: a name without slash is looked up in the registry's folders.
#pragma once

#include "model/profile_record.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

/// A word with a slash is a path; else the first folder that has it; for `to_make` the first
/// folder. Error usage "profile.not-found" lists what there is and the nearest name.
std::string profile_path(const std::string& word, const std::vector<std::string>& folders,
                         bool to_make = false);

/// One name of the registry: a link to a profile, to a link to one, and so on, or the profile
/// itself.
struct RegisteredProfile {
  enum class State {
    profile,
    gone,       // leads nowhere
    other,      // leads to something that is no profile
    unreadable, // may not be looked at, or its profile.json is damaged
  };
  std::string name;
  std::string folder;
  std::string path;   // folder/name
  std::string target; // what the link says; "" when it is none
  State state = State::profile;
  std::string problem;  // in words; "" for a profile
  std::string leads_to; // the directory at the end of all links; "" when there is none
  bool hidden = false;  // an earlier folder has the name, too
  ProfileRecord record; // of a profile
};

/// All of all folders, by name; of one name the folders in order. Folders that are not there have
/// none.
std::vector<RegisteredProfile> registered_profiles(const std::vector<std::string>& folders);

/// What a name is now, in the first folder that has it. Error usage "profile.not-found".
RegisteredProfile registered_profile(const std::string& name,
                                     const std::vector<std::string>& folders);

struct ProfileLink {
  std::string path;   // of the entry
  std::string target; // what it says
};
/// The link that `name` would be, in the first folder, to the profile at `path`: relative when both
/// lie below `hdist_root`, which moves as a whole. Error usage "profile.bad-name" (a slash, a
/// leading dot or dash, a control character), refused "profile.name-taken" when any folder has the
/// name for something else.
ProfileLink plan_profile_link(const std::string& name, const std::string& path,
                              const std::vector<std::string>& folders,
                              const std::string& hdist_root);
/// False when the same link is there. Durable when it returns.
bool make_profile_link(const ProfileLink& link);

/// Removes the link of a name, never what it leads to; `dry_run` only says which. Errors as of
/// registered_profile(), and refused "profile.not-a-link".
RegisteredProfile remove_profile_link(const std::string& name,
                                      const std::vector<std::string>& folders, bool dry_run);

} // namespace hdist
