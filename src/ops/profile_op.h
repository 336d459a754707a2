// profile_op.h: `makeprofile`, and what `env`, `shell` and `run` need to enter a profile.
#pragma once

#include "build/free_tree.h"
#include "ops/operation.h"
#include "profile/undo.h"

#include <string>
#include <vector>

namespace hdist {

struct MakeProfileRequest {
  std::string profile; // a name or a path
  std::vector<std::string> artifacts;
  std::string reason; // in words; empty: "makeprofile"
  std::string stack;
  bool dry_run = false;              // only say what would be; not everything need be built
  bool no_artifact_symlinks = false; // a tree of copies that stands alone, at the path itself
  FindArtifact planned = {};         // with dry_run: what is known of artifacts before their builds
};
struct MakeProfileResponse {
  ProfileResult result;
  std::optional<FreeTreeReport> tree; // with no_artifact_symlinks
};
MakeProfileResponse make_profile_of(Session& session, const MakeProfileRequest& request);
Value to_value(const MakeProfileResponse& response);
/// {"profile", "artifacts": [...], "reason": null, "stack": null, "dry_run": false,
/// "no_artifact_symlinks": false}
MakeProfileRequest read_makeprofile_request(const Document& request);

struct EnterRequest {
  std::string profile; // a name or a path
  /// This process goes on inside: what it enters stays as long as it, and the programs that it
  /// starts, live.
  bool goes_inside = false;
  Shell shell = Shell::sh; // that evaluates the text
};
/// The environment inside the profile, and how it differs. Both say what it takes to leave it.
struct EnterResponse {
  OpenedProfile profile;
  std::vector<ProfileVariable> variables;
  Env environment;  // the whole, for a program that is started
  std::string text; // the change, for a shell to evaluate
};
/// Refused when a member cannot run here or is gone from the store.
EnterResponse enter_profile(Session& session, const EnterRequest& request);
Value to_value(const EnterResponse& response);
/// {"profile"}
EnterRequest read_enter_request(const Document& request);

struct LeaveResponse {
  Undone undone;
  Env before; // what the change starts from
};
/// Out of the profile that was entered last. Error usage "env.not-entered".
LeaveResponse leave_profile(Session& session);
Value to_value(const LeaveResponse& response);

} // namespace hdist
