#include "ops/gc_op.h"

#include "base/path.h"
#include "build/build_profile.h"
#include "config/keys.h"
#include "ops/build_profile_op.h"
#include "ops/operation_list.h"
#include "profile/generations.h"
#include "profile/registry.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hdist {

namespace {

/// False on a full disk.
bool try_to_register(Session& session, const std::string& path) {
  try {
    session.artifacts().add_root(path);
    return true;
  } catch (const Error& error) {
    if (!error.is_disk_full()) throw;
    return false;
  }
}

/// So that the collections of others see it too; what is not registered, this one follows itself.
void register_root(Session& session, GcOptions& options, const std::string& path) {
  if (options.dry_run || !try_to_register(session, path)) options.also.push_back(path);
}

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
      register_root(session, options, root.path);
    }
  }
}

/// Where the processes, the names of the registry, and the roots lead that are more than a
/// generation registered by itself.
std::vector<std::string> pins(Session& session) {
  std::vector<std::string> ends;
  for (const FollowedRoot& root : session.artifacts().follow_roots()) {
    if (root.end.empty()) continue; // it leads nowhere, or another user's home is closed
    bool is_itself =
        !root.process &&
        real_path_if_exists(parent_path(root.path)) == std::optional(parent_path(root.end)) &&
        base_name(root.path) == base_name(root.end);
    if (!is_itself) ends.push_back(root.end + "/");
  }
  for (const RegisteredProfile& entry : registered_profiles(session.profile_folders()))
    if (!entry.leads_to.empty()) ends.push_back(entry.leads_to + "/");
  return ends;
}

/// All generations of this root: what a move of the root left registered says the old place.
void register_generations(Session& session, GcOptions& options) {
  for (const std::string& generation : all_generations(session.paths().root))
    register_root(session, options, generation);
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
    std::erase(options.also, generation.path);
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
  options.keep_unreferenced_s =
      request.older_than_s.value_or(config.duration_s("gc", "keep-unreferenced"));
  options.keep_build_deps = request.keep_build_deps;
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

namespace {

template <typename Item> void append(std::vector<Item>& to, std::vector<Item> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// One collection after another is told as one.
void add_earlier(GcReport& report, GcReport earlier) {
  append(report.removed, std::move(earlier.removed));
  append(report.taken_back, std::move(earlier.taken_back));
  append(report.leftovers, std::move(earlier.leftovers));
  append(report.gone_roots, std::move(earlier.gone_roots));
  append(report.failures, std::move(earlier.failures));
}

class Cleaning {
public:
  Cleaning(Session& session, const GcRequest& request)
      : session_(session), request_(request), options_(options_of(session, request)) {
    response_.dry_run = request.dry_run;
    response_.store = session.artifacts().path();
    register_links(session_, options_);
    register_generations(session_, options_);
    options_.make_room = [this] { append(response_.builds, cleaned(false)); };
  }

  GcResponse run() {
    if (!request_.free_bytes) {
      response_.generations = prune_generations(session_, options_);
      collect();
    } else {
      free_enough(*request_.free_bytes);
    }
    append(response_.builds, cleaned(request_.dry_run));
    if (!request_.dry_run)
      for (const std::string& path : options_.also) // there is room now
        static_cast<void>(try_to_register(session_, path));
    return std::move(response_);
  }

private:
  /// Old generations, to which somebody may want to go back, only when the rest is not enough.
  void free_enough(int64_t wanted) {
    int64_t others = 0; // goes in any case
    for (const CleanedBuild& build : cleaned(true))
      others += build.size_bytes;
    options_.free_bytes = wanted - others;
    collect();
    if (response_.artifacts.freed_bytes() + others >= wanted) return;
    response_.generations = prune_generations(session_, options_);
    if (response_.generations.empty()) return;
    for (const OldGeneration& generation : response_.generations)
      others += generation.size_bytes;
    GcReport earlier = std::exchange(response_.artifacts, {});
    options_.free_bytes = wanted - others - (request_.dry_run ? 0 : earlier.freed_bytes());
    collect();
    if (!request_.dry_run) add_earlier(response_.artifacts, std::move(earlier));
  }

  void collect() {
    response_.artifacts =
        session_.artifacts().collect(options_, session_.events(), session_.stop());
  }

  std::vector<CleanedBuild> cleaned(bool dry_run) {
    std::vector<CleanedBuild> builds = clean_builds(session_.clean_options(dry_run));
    append(builds, clean_build_profiles(build_profiles_dir(session_), dry_run));
    return builds;
  }

  Session& session_;
  const GcRequest& request_;
  GcOptions options_;
  GcResponse response_;
};

} // namespace

GcResponse collect_garbage(Session& session, const GcRequest& request) {
  return Cleaning(session, request).run();
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

namespace {

std::optional<int64_t> whole_number(Fields& fields, const char* name, const char* form) {
  const Value* value = fields.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const int64_t number = fields.integer_or(name, 0);
  if (number < 0) throw fields.error(name, std::string("expected ") + form);
  return number;
}

} // namespace

GcRequest read_gc_request(const Document& request) {
  Fields fields(request, request.root, "");
  GcRequest result;
  result.dry_run = fields.flag_or("dry_run", false);
  if (const Value* grace = fields.find("grace"); grace != nullptr && !grace->is_null())
    result.grace_s = fields.integer_or("grace", 0);
  if (!parse_grace(std::to_string(result.grace_s.value_or(0))))
    throw fields.error("grace", "expected seconds, from 0 to 604800 (a week)");
  result.ignore_unreadable = fields.flag_or("ignore_unreadable", false);
  result.older_than_s = whole_number(fields, "older_than", "seconds, from 0");
  result.free_bytes = whole_number(fields, "free", "bytes, from 0");
  result.keep_build_deps = fields.flag_or("keep_build_deps", false);
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
  value.set("spared", report.spared);
  value.set("spared_size", report.spared_bytes);
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
