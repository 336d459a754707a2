#include "ops/update.h"

#include "base/dir.h"
#include "base/text.h"
#include "data/yaml.h"
#include "ops/build_op.h"
#include "ops/operation_list.h"
#include "ops/schema_op.h"
#include "profile/foresee.h"
#include "profile/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace hdist {

namespace {

/// Only what is YAML can be explained.
std::optional<Document> read_again(const std::string& path) {
  constexpr int64_t kLargest = 16 << 20;
  try {
    return read_yaml(
        path, Dir::open(parent_path(absolute_path(path))).read_file(base_name(path), kLargest));
  } catch (const Error&) {
    return std::nullopt;
  }
}

StackFile read_stack_explained(Session& session, const std::string& path) {
  try {
    return read_stack(path);
  } catch (Error& error) {
    if (std::optional<Document> document = read_again(path))
      explain(session, "stack", *document, error);
    throw;
  }
}

} // namespace

namespace {

/// What was named, the nearest one, that of the brand.
std::string stack_path(const Session& session, const CompileRequest& request) {
  if (!request.stack.empty()) return request.stack;
  const std::string& standard = session.paths().default_stack;
  if (!standard.empty() && !find_stack_if_any(request.directory)) return standard;
  return find_stack(request.directory);
}

} // namespace

CompileResponse compile(Session& session, const CompileRequest& request) {
  StackFile stack = read_stack_explained(session, stack_path(session, request));
  CompileOptions options;
  options.collections = session.collections();
  options.platform = default_platform();
  options.tool = [&](const std::string& role, const std::string& program) -> ToolIdentity {
    HostTool tool =
        program.empty() ? session.host().tool(role) : session.host().tool(role, program);
    return {tool.program, tool.identity};
  };
  Compiled compiled = compile_stack(stack, options);
  session.host().save_cache();
  return {std::move(stack), std::move(compiled)};
}

namespace {

std::vector<std::string> goals_of(const Compiled& compiled, const std::vector<std::string>& only) {
  std::vector<std::string> goals, names;
  for (const CompiledPackage& package : compiled.packages) {
    names.push_back(package.name);
    bool wanted = only.empty() ? package.requested
                               : std::find(only.begin(), only.end(), package.name) != only.end();
    if (wanted) goals.push_back(package.task);
  }
  for (const std::string& name : only) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    std::optional<std::string> meant = nearest(name, names);
    throw Error(ErrorKind::usage, "update.unknown-package",
                fmt::format("the stack has no package '{}'{}", printable(name),
                            meant ? fmt::format("; is '{}' meant?", *meant) : ""));
  }
  return goals;
}

std::string profile_of(const CompileResponse& stack, const UpdateRequest& request) {
  return request.profile.empty() ? stack.stack.name : request.profile;
}

using Specs = std::map<std::string, BuildSpec>;

/// What the specs declare.
FindArtifact planned_artifacts(const Session& session, const Specs& specs) {
  std::map<ArtifactId, FoundArtifact> planned;
  std::string store = session.config().path("builder", "store");
  for (const auto& [task, spec] : specs) {
    ArtifactRecord record{.id = spec.id(), .version = spec.version()};
    for (const std::string& run : spec.run())
      if (std::optional<ArtifactId> id = ArtifactId::parse(run)) record.run.push_back(*id);
    record.needs = record.run;
    record.install = spec.install();
    record.platform = spec.platform();
    std::string path = join_path(store, spec.id().name() + "/" + spec.id().hash12());
    planned.emplace(spec.id(), FoundArtifact{std::move(record), std::move(path)});
  }
  return [planned = std::move(planned)](const ArtifactId& id) -> std::optional<FoundArtifact> {
    auto found = planned.find(id);
    return found == planned.end() ? std::nullopt : std::optional(found->second);
  };
}

MakeProfileRequest profile_request(const CompileResponse& stack,
                                   const std::map<std::string, ArtifactId>& ids,
                                   const std::string& profile) {
  MakeProfileRequest request;
  request.profile = profile;
  request.reason = fmt::format("update {}", stack.stack.name);
  request.stack = stack.stack.path;
  for (const CompiledPackage& package : stack.compiled.packages)
    if (package.requested) request.artifacts.push_back(ids.at(package.task).str());
  return request;
}

ProfileResult foresee_switch(Session& session, const CompileResponse& stack, const Specs& specs,
                             const std::string& profile) {
  std::map<std::string, ArtifactId> ids;
  for (const auto& [task, spec] : specs)
    ids.emplace(task, spec.id());
  MakeProfileRequest request = profile_request(stack, ids, profile);
  request.dry_run = true;
  request.planned = planned_artifacts(session, specs);
  return make_profile_of(session, request).result;
}

ProfileResult foresee_switch(Session& session, const CompileResponse& stack,
                             const std::string& profile) {
  Specs specs;
  resolve_ids(stack.compiled.graph, &specs);
  return foresee_switch(session, stack, specs, profile);
}

bool switches(const UpdateRequest& request) {
  return !request.fetch_only && request.only.empty();
}

RealizeReport realize_stack(Session& session, const CompileResponse& stack,
                            const UpdateRequest& request) {
  RealizeOptions options;
  options.jobs = session.jobs();
  options.dry_run = request.dry_run;
  options.fetch_only = request.fetch_only;
  options.goals = goals_of(stack.compiled, request.only);
  RealizeParts parts{session.artifacts(), session.sources(),   session.fetcher(),
                     session.builder(),   session.publisher(), session.events()};
  // A profile that cannot be is said before anything is built for it.
  if (switches(request))
    parts.before_builds = [&](const Specs& specs) {
      (void)foresee_switch(session, stack, specs, profile_of(stack, request));
    };
  return realize(stack.compiled.graph, parts, options, session.stop());
}

/// What the switch would stop at, before anything is built for it. A profile that would stay as it
/// is need not be written.
void check_switch(Session& session, const CompileResponse& stack, const UpdateRequest& request) {
  const std::string profile = profile_of(stack, request);
  try {
    check_profile_link(profile_path(profile, session.profile_folders(), true),
                       session.paths().root);
  } catch (const Error&) {
    UpdateRequest plan = request;
    plan.dry_run = true;
    const RealizeReport report = realize_stack(session, stack, plan);
    if (!report.ok() || foresee_switch(session, stack, profile).changed) throw;
  }
}

} // namespace

UpdateResponse update(Session& session, const UpdateRequest& request) {
  CompileResponse stack = compile(session, request.stack);
  if (stack.stack.packages.empty())
    throw Error(ErrorKind::usage, "update.empty-stack",
                fmt::format("the stack {} names no packages, so there is nothing to make a profile "
                            "of; write one below 'packages:', such as '  tree:'",
                            stack.stack.path));
  UpdateResponse response;
  response.stack = stack.stack.path;
  response.packages = stack.compiled.packages;
  if (switches(request)) check_switch(session, stack, request);
  response.report = realize_stack(session, stack, request);
  if (!switches(request) || !response.report.ok()) return response;
  const std::string profile = profile_of(stack, request);
  response.profile =
      request.dry_run
          ? foresee_switch(session, stack, profile)
          : make_profile_of(session, profile_request(stack, response.report.ids, profile)).result;
  return response;
}

namespace {

/// Packs are no news: they come with the recipe.
bool is_fetch(const Realized& task) {
  return task.task.starts_with("fetch:");
}

int count(const RealizeReport& report, Realized::State state, bool builds) {
  return static_cast<int>(
      std::count_if(report.tasks.begin(), report.tasks.end(), [&](const Realized& task) {
        return task.state == state && (builds ? task.id.has_value() : is_fetch(task));
      }));
}

const char* state_text(Realized::State state) {
  switch (state) {
  case Realized::State::present:
    return "present";
  case Realized::State::fetched:
    return "fetched";
  case Realized::State::built:
    return "built";
  case Realized::State::done:
    return "done";
  case Realized::State::failed:
    return "failed";
  case Realized::State::skipped:
    return "skipped";
  case Realized::State::planned:
    return "planned";
  case Realized::State::not_needed:
    return "not-needed";
  case Realized::State::not_run:
    return "not-run";
  }
  return "";
}

} // namespace

int UpdateResponse::built() const {
  return count(report, Realized::State::built, true);
}
int UpdateResponse::fetched() const {
  return count(report, Realized::State::fetched, false);
}
int UpdateResponse::present() const {
  return count(report, Realized::State::present, true);
}

Value to_value(const RealizeReport& report) {
  Value::List tasks;
  for (const Realized& task : report.tasks) {
    Value entry;
    entry.set("task", task.task);
    entry.set("id", task.id ? Value(task.id->str()) : Value());
    entry.set("state", state_text(task.state));
    entry.set("reason", text_or_null(task.error ? task.error->message() : task.reason));
    entry.set("failure", task.failure ? to_value(*task.failure) : Value());
    entry.set("wall_ms", static_cast<int64_t>(task.wall_s * 1000));
    tasks.push_back(std::move(entry));
  }
  return Value(std::move(tasks));
}

Value to_value(const UpdateResponse& response) {
  Value value;
  value.set("stack", response.stack);
  value.set("ok", response.report.ok());
  value.set("tasks", to_value(response.report));
  value.set("profile",
            response.profile ? to_value(MakeProfileResponse{*response.profile, {}}) : Value());
  return value;
}

Value to_value(const CompileResponse& response) {
  Value value;
  value.set("stack", response.stack.path);
  value.set("graph", response.compiled.graph.to_value());
  return value;
}

namespace {

CompileRequest stack_of(Fields& fields) {
  return {fields.text_or("stack", ""), absolute_path(fields.text_or("directory", "."))};
}

} // namespace

CompileRequest read_compile_request(const Document& request) {
  Fields fields(request, request.root, "");
  CompileRequest result = stack_of(fields);
  fields.finish();
  return result;
}

UpdateRequest read_update_request(const Document& request) {
  Fields fields(request, request.root, "");
  UpdateRequest result;
  result.stack = stack_of(fields);
  result.profile = fields.text_or("profile", "");
  result.only = fields.texts("only");
  result.dry_run = fields.flag_or("dry_run", false);
  result.fetch_only = fields.flag_or("fetch_only", false);
  fields.finish();
  return result;
}

Operation compile_operation() {
  return {"compile", "the task graph of a stack", [](Session& session, const Document& request) {
            return to_value(compile(session, read_compile_request(request)));
          }};
}

Operation update_operation() {
  return {"update", "fetch and build what a stack needs, then switch its profile",
          [](Session& session, const Document& request) {
            UpdateResponse response = update(session, read_update_request(request));
            throw_if_stopped(session);
            return to_value(response);
          }};
}

} // namespace hdist
