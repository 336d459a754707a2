// profile.h: make a profile from artifacts: members, plan, a new generation, one rename.
#pragma once

#include "model/profile_record.h"
#include "profile/closure.h"
#include "profile/composition.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

struct ProfileRequest {
  std::string link; // PATH: becomes a symlink to a generation
  std::string name; // for messages and the prompt; from the last part of PATH when empty
  std::vector<ArtifactId> members;
  std::string reason; // "update quickstart"
  std::string stack;  // file, may be empty
  Platform machine;
  bool dry_run = false; // write nothing; the result says what would be
};

struct ProfilePlaces {
  std::string hdist_root; // generations live in <root>/generations/<name>-<hash12 of PATH>/<n>
  std::function<void(const std::string& generation)> add_root;    // called before the switch
  std::function<void(const std::string& generation)> remove_root; // and when that fails
  std::function<void()> barrier; // called before the switch: everything referred to is durable
  RunInstallStep install;        // carries out a package's install command
};

struct ProfileResult {
  std::string link;
  std::string generation_path;
  int64_t generation = 0;
  bool changed = false; // false: the link leads to a generation of the same input already
  int64_t entries = 0;
  ProfileRecord record;
};

/// Conflicts are found before anything is written: Error failed "profile.conflict" lists them all
/// with both owners. A PATH that is something else than a symlink to a generation of ours (a
/// directory of the user's) is refused with the command to move it.
ProfileResult make_profile(const ProfileRequest& request, const FindArtifact& find,
                           const ProfilePlaces& places, std::stop_token stop = {});

/// A profile in an empty directory of the caller's, which is its final path: inside a job, the
/// artifact. `hdist_root` of `places` is what moves together with it (the store). Nothing in it
/// says when and by whom it was made.
ProfileResult make_profile_in(const std::string& directory, const ProfileRequest& request,
                              const FindArtifact& find, const ProfilePlaces& places,
                              std::stop_token stop = {});

/// The profile at PATH (a link to a generation, a generation, or a free-standing tree with
/// profile.json).
struct OpenedProfile {
  std::string path;            // as given, absolute
  std::string generation_path; // the directory itself, links resolved; members' paths are absolute
  ProfileRecord record;
};
/// Error usage "profile.not-found" / "profile.not-a-profile" names the path and what is there.
OpenedProfile open_profile(const std::string& path);

} // namespace hdist
