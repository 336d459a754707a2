#include "ops/runtasks.h"

#include "base/text.h"
#include "ops/operation_list.h"
#include "ops/schema_op.h"
#include "ops/update.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

void check_goals(const TaskGraph& graph, const std::vector<std::string>& only) {
  std::vector<std::string> builds;
  for (const Task& task : graph.tasks)
    if (std::holds_alternative<BuildTask>(task.action)) builds.push_back(task.name);
  for (const std::string& name : only) {
    if (std::find(builds.begin(), builds.end(), name) != builds.end()) continue;
    std::optional<std::string> meant = nearest(name, builds);
    throw Error(ErrorKind::usage, "tasks.unknown",
                fmt::format("the graph has no build task '{}'{}", printable(name),
                            meant ? fmt::format("; is '{}' meant?", *meant) : ""));
  }
}

MakeProfileResponse make_profile_of_task(Session& session, const std::string& name,
                                         const ProfileTask& task, const RealizeReport& report) {
  MakeProfileRequest request;
  request.profile = task.path;
  request.reason = "task " + name;
  for (const std::string& member : task.members)
    request.artifacts.push_back(member.starts_with('$') ? report.ids.at(member.substr(1)).str()
                                                        : member);
  return make_profile_of(session, request);
}

} // namespace

RunTasksResponse run_tasks(Session& session, const RunTasksRequest& request) {
  check_goals(request.graph, request.only);
  RealizeOptions options;
  options.jobs = session.jobs();
  options.dry_run = request.dry_run;
  options.fetch_only = request.fetch_only;
  options.goals = request.only;
  RealizeParts parts{session.artifacts(), session.sources(),   session.fetcher(),
                     session.builder(),   session.publisher(), session.events()};
  RunTasksResponse response;
  response.report = realize(request.graph, parts, options, session.stop());
  bool makes_profiles =
      response.report.ok() && !request.dry_run && !request.fetch_only && request.only.empty();
  if (!makes_profiles) return response;
  for (const Task& task : request.graph.tasks)
    if (const ProfileTask* profile = std::get_if<ProfileTask>(&task.action))
      response.profiles.push_back(
          make_profile_of_task(session, task.name, *profile, response.report));
  return response;
}

Value to_value(const RunTasksResponse& response) {
  Value::List profiles;
  for (const MakeProfileResponse& profile : response.profiles)
    profiles.push_back(to_value(profile));
  Value value;
  value.set("ok", response.report.ok());
  value.set("tasks", to_value(response.report));
  value.set("profiles", Value(std::move(profiles)));
  return value;
}

RunTasksRequest read_runtasks_request(const Document& request) {
  Fields fields(request, request.root, "");
  const Value& graph = fields.need("graph");
  RunTasksRequest result;
  result.only = fields.texts("only");
  result.dry_run = fields.flag_or("dry_run", false);
  result.fetch_only = fields.flag_or("fetch_only", false);
  fields.finish();
  result.graph = TaskGraph::read(Document{request.name, request.text, graph});
  return result;
}

Operation runtasks_operation() {
  return {"runtasks", "fetch and build what a task graph says, then make its profiles",
          [](Session& session, const Document& request) {
            const Value* graph = request.root.find("graph");
            Document document{request.name, request.text, graph != nullptr ? *graph : Value()};
            RunTasksResponse response =
                run_tasks(session, explained(session, "tasks", document,
                                             [&] { return read_runtasks_request(request); }));
            throw_if_stopped(session);
            return to_value(response);
          }};
}

} // namespace hdist
