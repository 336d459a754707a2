// composition.h: what a profile is made of, wherever it will stand: links, install commands,
// documents.
#pragma once

#include "model/profile_record.h"
#include "profile/closure.h"
#include "profile/links.h"

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

constexpr const char* kProfileFile = "profile.json";
constexpr const char* kActivateFile = "activate.sh";
constexpr const char* kInstallFile = "install.json";

/// Where a profile will stand.
struct ProfileTarget {
  std::string path;          // final and absolute
  std::string together;      // what lies below this directory moves together with the profile
  bool holds_copies = false; // of what is in the artifacts, at the same places
};

/// A package's own way into a profile: a command, run when the links are there.
struct InstallStep {
  ArtifactId id;
  std::string artifact;                            // its path
  std::string target;                              // final path of the profile
  std::vector<std::string> command;                // as install.json has it
  std::map<std::string, std::string> dependencies; // variable name -> path
};
/// Throws when the command fails.
using RunInstallStep = std::function<void(const InstallStep& step)>;

struct Composition {
  Members members;
  LinkPlan plan;
  std::vector<InstallStep> steps; // members in order; `target` is still empty
};

/// Plans everything. Error failed "profile.conflict" lists all conflicts with both owners.
Composition compose(Members members, std::stop_token stop, const PlanOptions& options = {});

/// Equal digests: equal profiles, in a root that may have moved between.
std::string input_digest(const Members& members, const std::string& together);

/// Members and environment; name, input and how it was made are the caller's. Error failed
/// "profile.variable-conflict".
ProfileRecord record_of(const Members& members, const ProfileTarget& target);

/// Links, install commands. `dir` is empty; when there are steps it stands at target.path.
void fill_profile(const Composition& composition, const Dir& dir, const ProfileTarget& target,
                  const RunInstallStep& run);

/// The install commands alone, in what stands at `target`.
void run_steps(const Composition& composition, const std::string& target,
               const RunInstallStep& run);

/// profile.json, activate.sh and install.json, 0444.
void write_documents(const Dir& dir, const ProfileRecord& record, const std::string& path);
/// activate.sh alone, if it differs.
void write_activation(const Dir& dir, const ProfileRecord& record, const std::string& path);

} // namespace hdist
