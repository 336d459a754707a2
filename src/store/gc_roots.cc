#include "store/gc_roots.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "store/last_use.h"
#include "store/root_follow.h"
#include "store/store_format.h"
#include "store/store_roots.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace hdist {

namespace {

constexpr std::size_t kHash12 = 12;

FollowedRoot unreadable(std::string problem) {
  FollowedRoot root;
  root.state = FollowedRoot::State::unreadable;
  root.problem = std::move(problem);
  return root;
}

std::string process_text(const LeaseHolder& holder) {
  if (holder.pid == 0) return "a process";
  return fmt::format("process {} on {}", holder.pid, holder.host);
}

} // namespace

// Roots

/// The artifacts whose content may be in the directory. When no record says that it is his, all
/// that could be: rather too many than one too few.
std::vector<ArtifactId> RootSurvey::at_place(const std::string& name,
                                             const std::string& directory) {
  std::vector<ArtifactId> possible, exact;
  std::optional<Dir> dir = store_.open_name(name);
  if (!dir) return {};
  for (const Entry& entry : dir->list()) {
    if (!entry.name.starts_with(std::string_view(directory).substr(0, kHash12))) continue;
    std::optional<HashedName> parts = parse_hashed_name(entry.name);
    if (!parts || (parts->end != ".json" && parts->end != ".condemned")) continue;
    std::optional<ArtifactId> id = ArtifactId::parse(name + "/" + parts->hash32);
    if (!id) continue;
    possible.push_back(*id);
    try {
      std::optional<ArtifactRecord> record = read_any_record(*dir, *id);
      if (record && record->directory == directory) exact.push_back(*id);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): then it stays possible
    }
  }
  return exact.empty() ? possible : exact;
}

FollowedRoot RootSurvey::follow(unsigned uid, const std::string& path) {
  RootReach reach = follow_root(path, store_.real_path);
  FollowedRoot root{.uid = uid, .path = path};
  root.problem = std::move(reach.problem);
  root.end = std::move(reach.end);
  root.ids = std::move(reach.ids);
  for (const StorePlace& place : reach.places)
    for (ArtifactId& id : at_place(place.name, place.directory))
      if (std::find(root.ids.begin(), root.ids.end(), id) == root.ids.end())
        root.ids.push_back(std::move(id));
  if (reach.state == RootReach::State::gone) root.state = FollowedRoot::State::gone;
  if (reach.state == RootReach::State::unreadable) root.state = FollowedRoot::State::unreadable;
  return root;
}

void RootSurvey::follow_folder(const Dir& roots, std::vector<FollowedRoot>& found) {
  RootsSeen seen = look_at_roots(roots);
  for (std::string& problem : seen.problems)
    found.push_back(unreadable(std::move(problem)));
  for (const ArtifactStore::Root& root : seen.roots)
    if (!options_.except.contains(root.path)) found.push_back(follow(root.uid, root.path));
}

void RootSurvey::follow_links(std::vector<FollowedRoot>& found) {
  if (std::optional<Dir> roots = store_.dir.open_dir_if_exists(kRootsDir))
    follow_folder(*roots, found);
  for (const std::string& folder : options_.more_roots) {
    try {
      if (std::optional<Dir> roots = Dir::open_if_exists(folder))
        follow_folder(*roots, found);
      else
        found.push_back(unreadable(folder + " does not exist"));
    } catch (const Error& error) {
      found.push_back(unreadable(error.message()));
    }
  }
  for (const std::string& path : options_.also)
    if (!options_.except.contains(path)) found.push_back(follow(::geteuid(), path));
}

void RootSurvey::follow_processes(std::vector<FollowedRoot>& found) {
  std::optional<Dir> roots = store_.dir.open_dir_if_exists(kRootsDir);
  if (!roots) return;
  for (RunNeeds& run : runs_.look(*roots, !options_.dry_run)) {
    std::string process = process_text(run.holder);
    for (const std::string& path : run.paths) {
      found.push_back(follow(run.uid, path));
      found.back().process = process;
    }
    if (run.ids.empty()) continue;
    FollowedRoot root{.uid = run.uid, .process = process, .ids = std::move(run.ids)};
    found.push_back(std::move(root));
  }
}

std::vector<FollowedRoot> RootSurvey::follow_all() {
  std::vector<FollowedRoot> found;
  follow_links(found);
  follow_processes(found);
  return found;
}

// Reachability

const RootSurvey::Known& RootSurvey::known(const ArtifactId& id) {
  auto [found, is_new] = known_.try_emplace(id);
  Known& known = found->second;
  if (!is_new && known.there) return known;
  try {
    std::optional<Dir> dir = store_.open_name(id.name());
    std::optional<ArtifactRecord> record = dir ? read_any_record(*dir, id) : std::nullopt;
    if (!record) return known;
    known.there = true;
    known.facts = {.version = record->version,
                   .size_bytes = record->size_bytes,
                   .built_at_s = record->built_at_s,
                   .build_ms = record->wall_ms};
    known.needs = record->references;
    known.needs.insert(known.needs.end(), record->run.begin(), record->run.end());
    if (record->needs)
      known.needs.insert(known.needs.end(), record->needs->begin(), record->needs->end());
    if (options_.keep_build_deps)
      known.needs.insert(known.needs.end(), record->imports.begin(), record->imports.end());
  } catch (const Error& error) {
    known.there = true; // what it needs is not known
    known.problem = error.message();
  }
  return known;
}

const RootSurvey::Facts& RootSurvey::facts_of(const ArtifactId& id) {
  return known(id).facts;
}

std::optional<std::vector<ArtifactId>> RootSurvey::needs_of(const ArtifactId& id) {
  const Known& found = known(id);
  return found.there ? std::optional(found.needs) : std::nullopt;
}

void RootSurvey::add_recent(const std::map<ArtifactId, GcRecord>& records,
                            std::vector<MarkSeed>& seeds, Reached& reached) {
  std::map<ArtifactId, int64_t>& last_uses = reached.last_uses;
  for (const auto& [id, record] : records)
    last_uses.emplace(id, record.last_use_s);
  std::vector<std::string> problems; // follow_links() has them too
  if (std::optional<Dir> roots = store_.dir.open_dir_if_exists(kRootsDir))
    for (const UserFolder& folder : user_folders(*roots, problems))
      for (const auto& [id, time] : noted_uses(folder))
        if (auto found = last_uses.find(id); found != last_uses.end())
          found->second = std::max(found->second, time);
  bool for_ever = options_.keep_unreferenced_s < 0;
  int64_t now = options_.now_s != 0 ? options_.now_s : static_cast<int64_t>(std::time(nullptr));
  for (const auto& [id, time] : last_uses) {
    if (options_.only) { // what is there may need it, whether or not that is needed itself
      if (options_.only->contains(id)) continue;
      seeds.push_back({.ids = {id}, .weak = true});
      reached.reasons.push_back({.kind = GcReason::Kind::artifact, .text = {}, .chain = {}});
      continue;
    }
    // A clock behind that of the file system (they differ by a tick) does not make it younger.
    int64_t age_s = std::max<int64_t>(now - time, 0);
    if (!for_ever && age_s >= options_.keep_unreferenced_s) continue;
    seeds.push_back({.ids = {id}, .weak = true});
    reached.reasons.push_back(
        {.kind = GcReason::Kind::recent, .text = {}, .last_use_s = time, .chain = {}});
  }
}

std::optional<GcReason> RootSurvey::Reached::reason_of(const ArtifactId& id) const {
  auto found = marks.find(id);
  if (found == marks.end()) return std::nullopt;
  GcReason reason = reasons[found->second.seed];
  for (std::optional<ArtifactId> next = found->second.needed_by; next;
       next = marks.at(*next).needed_by)
    reason.chain.push_back(*next);
  return reason;
}

RootSurvey::Reached RootSurvey::look(const std::map<ArtifactId, GcRecord>& records) {
  Reached reached;
  reached.roots = follow_all();
  std::vector<MarkSeed> seeds;
  for (const FollowedRoot& root : reached.roots) {
    if (root.state == FollowedRoot::State::unreadable)
      reached.unreadable.push_back(root.path.empty() ? root.problem
                                                     : root.path + ": " + root.problem);
    if (root.ids.empty()) continue;
    seeds.push_back({.ids = root.ids});
    bool is_process = root.process.has_value();
    reached.reasons.push_back({.kind = is_process ? GcReason::Kind::process : GcReason::Kind::root,
                               .uid = root.uid,
                               .text = is_process ? *root.process : root.path,
                               .chain = {}});
  }
  add_recent(records, seeds, reached);
  reached.marks = mark_needed(seeds, [&](const ArtifactId& id) {
    const Known& found = known(id);
    if (!found.problem.empty()) reached.unreadable.push_back(found.problem);
    return needs_of(id);
  });
  return reached;
}

} // namespace hdist
