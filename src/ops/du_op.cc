#include "ops/du_op.h"

#include "base/error.h"
#include "base/path.h"
#include "base/tree.h"
#include "ops/build_profile_op.h"
#include "ops/gc_op.h"
#include "ops/operation_list.h"
#include "ops/source_gc_op.h"

#include <algorithm>
#include <map>

namespace hdist {

namespace {

/// Below the hdist root; profile/generations.h says what is there.
constexpr const char* kGenerations = "generations";

DuEntry walked(const std::string& name, const std::string& path) {
  const std::optional<Dir> parent = Dir::open_if_exists(parent_path(path));
  const TreeSize size = parent ? measure_tree(*parent, base_name(path)) : TreeSize();
  return {
      .name = name, .path = path, .count = size.files, .size_bytes = size.bytes, .free_bytes = 0};
}

/// What a collection of garbage would take; nullopt and the reason where it would stop.
std::optional<GcResponse> garbage(Session& session, std::string& problem) {
  try {
    return collect_garbage(session, {.dry_run = true});
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    problem = error.message();
    return std::nullopt;
  }
}

void add_artifacts(Session& session, const std::optional<GcResponse>& gc, DuResponse& response) {
  DuEntry all{.name = "artifacts", .path = session.artifacts().path()};
  std::map<std::string, DuEntry> packages;
  for (const StoredArtifact& artifact : session.artifacts().inventory({}).artifacts) {
    const std::string name = artifact.id.name();
    DuEntry& package = packages.try_emplace(name, DuEntry{.name = name}).first->second;
    for (DuEntry* entry : {&all, &package}) {
      ++entry->count;
      entry->size_bytes += artifact.size_bytes;
      if (gc) entry->free_bytes = entry->free_bytes.value_or(0);
    }
  }
  if (gc) {
    all.free_bytes = gc->artifacts.freed_bytes(); // with what killed builds left
    for (const GcRemoved& removed : gc->artifacts.removed)
      if (auto package = packages.find(removed.id.name()); package != packages.end())
        *package->second.free_bytes += removed.size_bytes; // else it has gone since
  }
  response.entries.push_back(std::move(all));
  for (auto& [name, package] : packages)
    response.packages.push_back(std::move(package));
  std::stable_sort(response.packages.begin(), response.packages.end(),
                   [](const DuEntry& a, const DuEntry& b) { return a.size_bytes > b.size_bytes; });
}

DuEntry sources_entry(Session& session, std::string& problem) {
  DuEntry entry{.name = "sources", .path = session.sources().path()};
  for (const SourceItem& item : session.sources().list()) {
    ++entry.count;
    entry.size_bytes += item.size_bytes;
  }
  try {
    entry.free_bytes = collect_old_sources(session, {.dry_run = true}).report.freed_bytes;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    if (problem.empty()) problem = error.message();
  }
  return entry;
}

bool is_below(const std::string& path, const std::string& folder) {
  return path.starts_with(folder + "/");
}

void add_rest(Session& session, const std::optional<GcResponse>& gc, DuResponse& response) {
  const Paths& paths = session.paths();
  const auto add = [&](const std::string& name, const std::string& path) {
    DuEntry entry = walked(name, path);
    if (!gc) entry.free_bytes = std::nullopt;
    if (gc)
      for (const CleanedBuild& build : gc->builds)
        if (is_below(build.path, path)) *entry.free_bytes += build.size_bytes;
    response.entries.push_back(std::move(entry));
  };
  add("generations", join_path(paths.root, kGenerations));
  if (gc)
    for (const OldGeneration& generation : gc->generations)
      *response.entries.back().free_bytes += generation.size_bytes;
  add("build-profiles", build_profiles_dir(session));
  add("builds", session.temp_dir());
  add("logs", paths.logs);
  add("caches", paths.cache);
}

Value entry_value(const DuEntry& entry) {
  Value value;
  value.set("name", entry.name);
  value.set("path", text_or_null(entry.path));
  value.set("count", entry.count);
  value.set("size", entry.size_bytes);
  value.set("free", entry.free_bytes ? Value(*entry.free_bytes) : Value());
  return value;
}

} // namespace

DuResponse disk_usage(Session& session) {
  DuResponse response;
  const std::optional<GcResponse> gc = garbage(session, response.problem);
  add_artifacts(session, gc, response);
  response.entries.push_back(sources_entry(session, response.problem));
  add_rest(session, gc, response);
  return response;
}

Value to_value(const DuResponse& response) {
  Value::List entries, packages;
  for (const DuEntry& entry : response.entries)
    entries.push_back(entry_value(entry));
  for (const DuEntry& package : response.packages)
    packages.push_back(entry_value(package));
  Value value;
  value.set("entries", Value(std::move(entries)));
  value.set("packages", Value(std::move(packages)));
  value.set("problem", text_or_null(response.problem));
  return value;
}

Operation du_operation() {
  return {"du", "what takes room", [](Session& session, const Document& request) {
            Fields(request, request.root, "").finish();
            return to_value(disk_usage(session));
          }};
}

} // namespace hdist
