// links.h: which links, copies and directories make a profile of some artifacts; conflicts are
// values.
#pragma once

#include "base/dir.h"
#include "model/artifact_id.h"
#include "model/install_rules.h"

#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

struct LinkMember {
  ArtifactId id;
  std::string path; // absolute path of the artifact
  InstallWishes install;
};

struct PlannedEntry {
  enum class Kind { directory, link, copy };
  std::string path; // below the profile, "bin/lua"
  Kind kind = Kind::link;
  std::string source;     // absolute path in an artifact; empty for directories
  std::size_t member = 0; // index of the owner; meaningless for directories
  bool absolute = false;  // the link must be absolute
  friend bool operator==(const PlannedEntry&, const PlannedEntry&) = default;
};

struct LinkConflict {
  std::string path;
  std::vector<std::size_t> members; // who wants it, with different content
};

struct LinkPlan {
  std::vector<PlannedEntry> entries; // parents before content
  std::vector<LinkConflict> conflicts;
};

struct PlanOptions {
  bool fold = true; // a directory with one owner may be one link
};

/// All entries of all members by their rules, default: everything but _hashdist, build.json and
/// install.json at the top. A directory with one owner is one link, split when a second owner
/// enters; bin, sbin, lib, lib64, libexec, share, include, etc and man are real directories, also
/// where a member has a link to a directory of a member there. Error usage "profile.link-leads-out"
/// for any other link there. Files of equal content (and equal links) are no conflict.
LinkPlan plan_links(const std::vector<LinkMember>& members, const PlanOptions& options = {},
                    std::stop_token stop = {});

/// Makes the planned tree in the empty directory `target`, which will stand at `final_path`. Links
/// are relative when both lie below `relative_below` (the hdist root; physical or as spelled), else
/// absolute.
void carry_out(const LinkPlan& plan, const Dir& target, const std::string& final_path,
               const std::string& relative_below);

/// What a link of the plan says in that place.
std::string link_text(const PlannedEntry& entry, const std::string& final_path,
                      const std::string& relative_below);

} // namespace hdist
