#include "ops/runtasks.h"

#include "base/text.h"
#include "build/job_check.h"
#include "ops/operation_list.h"
#include "ops/schema_op.h"
#include "ops/update.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace hdist {

namespace {

void check_goals(const TaskGraph& graph, const std::vector<std::string>& only) {
  std::vector<std::string> names;
  for (const Task& task : graph.tasks)
    names.push_back(task.name);
  for (const std::string& name : only) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    std::optional<std::string> meant = nearest(name, names);
    throw Error(ErrorKind::usage, "tasks.unknown",
                fmt::format("the graph has no task '{}'{}", printable(name),
                            meant ? fmt::format("; is '{}' meant?", *meant) : ""));
  }
}

} // namespace

TaskGraph read_task_graph(const Document& document) {
  TaskGraph graph = TaskGraph::read(document);
  for (const Task& task : graph.tasks) {
    const BuildTask* build = std::get_if<BuildTask>(&task.action);
    const Value* job = build != nullptr ? build->spec.find("build") : nullptr;
    const Value* commands = job != nullptr ? job->find("commands") : nullptr;
    if (commands != nullptr)
      check_job(*commands, document, fmt::format("{}: build.commands", task.name));
  }
  return graph;
}

RunTasksResponse run_tasks(Session& session, const RunTasksRequest& request) {
  check_goals(request.graph, request.only);
  RealizeOptions options;
  options.jobs = session.jobs();
  options.keep_going = request.keep_going;
  options.dry_run = request.dry_run;
  options.fetch_only = request.fetch_only;
  options.goals = request.only;
  std::map<std::string, MakeProfileResponse> profiles;
  RealizeParts parts{session.artifacts(), session.sources(),   session.fetcher(),
                     session.builder(),   session.publisher(), session.events()};
  parts.commands = {session.paths().supervise, session.environment()};
  parts.make_profile = [&](const std::string& name, const ProfileTask& task,
                           const std::vector<std::string>& members) {
    MakeProfileRequest profile;
    profile.profile = task.path;
    profile.reason = "task " + name;
    profile.artifacts = members;
    profiles.emplace(name, make_profile_of(session, profile));
  };
  RunTasksResponse response;
  response.report = realize(request.graph, parts, options, session.stop());
  for (const Realized& task : response.report.tasks)
    if (auto made = profiles.find(task.task); made != profiles.end())
      response.profiles.push_back(std::move(made->second));
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
  result.keep_going = fields.flag_or("keep_going", true);
  fields.finish();
  result.graph = read_task_graph(Document{request.name, request.text, graph});
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
