#include "ops/gc_op.h"

#include "base/path.h"
#include "build/build_profile.h"
#include "config/keys.h"
#include "ops/build_profile_op.h"
#include "ops/operation_list.h"
#include "profile/generations.h"
#include "profile/registry.h"

#include <algorithm>

namespace hdist {

namespace {

/// Links into the store that somebody made in the folders of profiles by hand: registered, so that
/// the collections of others see them too. (Profiles that were made here are registered already.)
void register_links(Session& session, GcOptions& options) {
  for (const std::string& folder : session.profile_folders()) {
    std::optional<Dir> dir = Dir::open_if_exists(folder);
    if (!dir) continue;
    for (const Entry& entry : dir->list()) {
      if (entry.type != EntryType::symlink) continue;
      FollowedRoot root = session.artifacts().follow(join_path(folder, entry.name));
      if (!(root.end + "/").starts_with(session.artifacts().real_path() + "/")) continue;
      options.also.push_back(root.path);
      if (!options.dry_run) session.artifacts().add_root(root.path);
    }
  }
}

/// Where the processes, the names of the registry, and the roots lead that are more than a
/// generation registered by itself.
std::vector<std::string> pins(Session& session) {
  std::vector<std::string> ends;
  for (const FollowedRoot& root : session.artifacts().follow_roots()) {
    bool is_itself =
        !root.process &&
        real_path_if_exists(parent_path(root.path)) == std::optional(parent_path(root.end)) &&
        base_name(root.path) == base_name(root.end);
    if (!root.end.empty() && !is_itself) ends.push_back(root.end + "/");
  }
  for (const RegisteredProfile& entry : registered_profiles(session.profile_folders()))
    if (!entry.leads_to.empty()) ends.push_back(entry.leads_to + "/");
  return ends;
}

/// All generations of this root: what a move of the root left registered says the old place.
void register_generations(Session& session, GcOptions& options) {
  for (const std::string& generation : all_generations(session.paths().root)) {
    if (options.dry_run)
      options.also.push_back(generation);
    else
      session.artifacts().add_root(generation);
  }
}

std::vector<OldGeneration> prune_generations(Session& session, GcOptions& options) {
  GenerationRules rules = generation_rules(session.config().text("profiles", "keep-generations"));
  std::vector<std::string> ends = pins(session);
  rules.is_pinned = [&](const std::string& path) {
    return std::any_of(ends.begin(), ends.end(),
                       [&](const std::string& end) { return end.starts_with(path + "/"); });
  };
  const std::string& root = session.paths().root;
  if (options.dry_run) {
    std::vector<OldGeneration> old = old_generations(root, rules);
    for (const OldGeneration& generation : old)
      options.except.insert(generation.path);
    return old;
  }
  std::vector<OldGeneration> removed;
  for (OldGeneration& generation : old_generations(root, rules)) {
    if (!remove_generation(generation)) continue;
    session.artifacts().remove_root(generation.path);
    removed.push_back(std::move(generation));
  }
  remove_unfinished_generations(root, 0);
  return removed;
}

GcOptions options_of(const Session& session, const GcRequest& request) {
  const Config& config = session.config();
  GcOptions options;
  options.dry_run = request.dry_run;
  options.ignore_unreadable = request.ignore_unreadable;
  options.keep_unreferenced_s = config.duration_s("gc", "keep-unreferenced");
  options.grace_s = request.grace_s.value_or(parse_grace(config.text("gc", "grace")).value_or(0));
  options.more_roots = config.paths("gc", "user-roots");
  return options;
}

} // namespace

int64_t GcResponse::freed_bytes() const {
  int64_t bytes = artifacts.freed_bytes();
  for (const OldGeneration& generation : generations)
    bytes += generation.size_bytes;
  for (const CleanedBuild& build : builds)
    bytes += build.size_bytes;
  return bytes;
}

GcResponse collect_garbage(Session& session, const GcRequest& request) {
  GcOptions options = options_of(session, request);
  GcResponse response;
  response.dry_run = request.dry_run;
  response.store = session.artifacts().path();
  register_links(session, options);
  register_generations(session, options);
  response.generations = prune_generations(session, options);
  response.artifacts = session.artifacts().collect(options, session.events(), session.stop());
  response.builds = clean_builds(session.clean_options(request.dry_run));
  for (CleanedBuild& profile : clean_build_profiles(build_profiles_dir(session), request.dry_run))
    response.builds.push_back(std::move(profile));
  return response;
}

GcOptions looking_options(Session& session, std::set<std::string>* old) {
  GcOptions options = options_of(session, {.dry_run = true});
  register_links(session, options);
  register_generations(session, options);
  if (old != nullptr) {
    GcOptions next = options;
    prune_generations(session, next);
    *old = std::move(next.except);
  }
  return options;
}

GcRequest read_gc_request(const Document& request) {
  Fields fields(request, request.root, "");
  GcRequest result;
  result.dry_run = fields.flag_or("dry_run", false);
  if (const Value* grace = fields.find("grace"); grace != nullptr && !grace->is_null())
    result.grace_s = fields.integer_or("grace", 0);
  if (!parse_grace(std::to_string(result.grace_s.value_or(0))))
    throw fields.error("grace", "expected seconds, from 0 to 604800 (a week)");
  result.ignore_unreadable = fields.flag_or("ignore_unreadable", false);
  fields.finish();
  return result;
}

namespace {

const char* kind_text(GcReason::Kind kind) {
  switch (kind) {
  case GcReason::Kind::root:
    return "root";
  case GcReason::Kind::process:
    return "process";
  case GcReason::Kind::recent:
    return "recent";
  case GcReason::Kind::artifact:
    return "artifact";
  }
  return "";
}

Value to_value(const GcKept& kept) {
  Value value;
  value.set("id", kept.id.str());
  value.set("size", kept.size_bytes);
  set_reason(value, kept.reason);
  return value;
}

template <typename Item> Value leftover_value(const Item& item) {
  Value value;
  value.set("path", item.path);
  value.set("what", item.what);
  value.set("size", item.size_bytes);
  return value;
}

template <typename Items, typename ToValue> Value list_of(const Items& items, ToValue to_value) {
  Value::List list;
  for (const auto& item : items)
    list.push_back(to_value(item));
  return Value(std::move(list));
}

} // namespace

void set_reason(Value& value, const GcReason& reason) {
  const bool is_recent = reason.kind == GcReason::Kind::recent;
  const bool is_of_user =
      reason.kind == GcReason::Kind::root || reason.kind == GcReason::Kind::process;
  value.set("reason", kind_text(reason.kind));
  value.set("uid", is_of_user ? Value(int64_t{reason.uid}) : Value());
  value.set("of", text_or_null(reason.text));
  value.set("last_use", is_recent ? Value(reason.last_use_s) : Value());
  value.set("chain", ids_value(reason.chain));
}

Value to_value(const GcResponse& response) {
  const GcReport& report = response.artifacts;
  Value value;
  value.set("dry_run", response.dry_run);
  value.set("store", response.store);
  value.set("generations", list_of(response.generations, [](const OldGeneration& generation) {
              Value entry;
              entry.set("path", generation.path);
              entry.set("profile", text_or_null(generation.profile));
              entry.set("made", generation.made_at_s);
              entry.set("size", generation.size_bytes);
              return entry;
            }));
  value.set("removed", list_of(report.removed, [](const GcRemoved& removed) {
              Value entry;
              entry.set("id", removed.id.str());
              entry.set("size", removed.size_bytes);
              entry.set("last_use", removed.last_use_s);
              return entry;
            }));
  value.set("kept", list_of(report.kept, [](const GcKept& kept) { return to_value(kept); }));
  value.set("taken_back", ids_value(report.taken_back));
  value.set("leftovers", list_of(report.leftovers, leftover_value<GcLeftover>));
  value.set("builds", list_of(response.builds, leftover_value<CleanedBuild>));
  value.set("gone_roots", to_value(report.gone_roots));
  value.set("unreadable", to_value(report.unreadable));
  value.set("of_others", report.of_others);
  value.set("failures", to_value(report.failures));
  value.set("freed", response.freed_bytes());
  return value;
}

Operation gc_operation() {
  return {"gc", "remove what nothing needs", [](Session& session, const Document& request) {
            return to_value(collect_garbage(session, read_gc_request(request)));
          }};
}

} // namespace hdist
