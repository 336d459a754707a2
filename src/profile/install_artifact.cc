#include "profile/install_artifact.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <set>

namespace hdist {

namespace {

enum class Found { nothing, the_same, another };

Found look(const Dir& dir, const PlannedEntry& entry, const std::string& link_target) {
  std::optional<struct stat> status = dir.stat(entry.path);
  if (!status) return Found::nothing;
  bool same =
      entry.kind == PlannedEntry::Kind::directory
          ? S_ISDIR(status->st_mode)
          : entry.kind == PlannedEntry::Kind::link && dir.read_link(entry.path) == link_target;
  return same ? Found::the_same : Found::another;
}

Error conflict(const LinkMember& member, const std::string& target,
               const std::vector<std::string>& paths) {
  return Error(ErrorKind::failed, "profile.conflict",
               fmt::format("{} would be in the way of what is in {} already: {}", member.id.str(),
                           target, join(paths, ", ")));
}

/// Made when it is missing, as other commands make theirs.
Dir made_target(const std::string& target) {
  try {
    return Dir::create(target);
  } catch (const Error& error) {
    if (error.system_errno() != ENOTDIR && error.system_errno() != EEXIST) throw;
    throw Error(ErrorKind::usage, "profile.no-directory",
                fmt::format("cannot install into {}: it is no directory, or lies in none",
                            printable(target)));
  }
}

} // namespace

int64_t install_artifact(const LinkMember& member, const std::string& target,
                         const std::string& together, std::stop_token stop) {
  LinkPlan plan = plan_links({member}, {.fold = false}, std::move(stop));
  Dir dir = made_target(target);
  std::vector<std::string> conflicts;
  std::set<std::string> absent; // directories that are not there: nothing is in them
  LinkPlan missing;
  for (const PlannedEntry& entry : plan.entries) {
    bool parent_absent = absent.contains(parent_path(entry.path));
    Found found =
        parent_absent ? Found::nothing : look(dir, entry, link_text(entry, target, together));
    if (found == Found::another) conflicts.push_back(entry.path);
    if (found != Found::nothing) continue;
    if (entry.kind == PlannedEntry::Kind::directory) absent.insert(entry.path);
    missing.entries.push_back(entry);
  }
  if (!conflicts.empty()) throw conflict(member, target, conflicts);
  carry_out(missing, dir, target, together);
  return std::count_if(
      missing.entries.begin(), missing.entries.end(),
      [](const PlannedEntry& entry) { return entry.kind != PlannedEntry::Kind::directory; });
}

} // namespace hdist
