// The command that runs a task graph: runtasks.
#include "base/error.h"
#include "base/text.h"
#include "data/json.h"
#include "ops/runtasks.h"
#include "ops/schema_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"
#include "ui/error_text.h"
#include "ui/input.h"

#include <fmt/format.h>

namespace hdist {

namespace {

constexpr int64_t kGraphLimit = 256 << 20;

/// What a task gave: the id of a build, the key of a source, the path of a profile.
std::string result_of(const Realized& task, const RunTasksRequest& request) {
  if (task.id) return task.id->str();
  if (task.fetched) return task.fetched->item.key.str();
  const Task& wish = *request.graph.find(task.task);
  if (const PackTask* pack = std::get_if<PackTask>(&wish.action)) return pack->key.str();
  if (const ProfileTask* profile = std::get_if<ProfileTask>(&wish.action)) return profile->path;
  if (const FetchTask* fetch = std::get_if<FetchTask>(&wish.action))
    for (const SourceCandidate& candidate : fetch->candidates)
      if (candidate.expected) return candidate.expected->str();
  return "";
}

/// A line for each task that was done, or is to be done.
std::string result_text(const RunTasksResponse& response, const RunTasksRequest& request) {
  std::string text;
  for (const Realized& task : response.report.tasks) {
    if (task.state == Realized::State::not_needed) continue;
    if (request.dry_run && task.state != Realized::State::planned) continue;
    const std::string result = result_of(task, request);
    text += fmt::format("{}{}{}\n", printable(task.task), result.empty() ? "" : "\t",
                        printable(result));
  }
  return text;
}

/// The text of a large graph and its tree take more than the graph itself: they go before it is
/// done.
TaskGraph given_graph(Cli& cli, const Arguments& arguments) {
  InputText input =
      read_input(arguments, "TASKS", {"a task graph (tasks.json)", "tasks.no-graph", kGraphLimit});
  const Document document = read_json(input.name, std::move(input.text));
  return explained(cli.session(), "tasks", document, [&] { return read_task_graph(document); });
}

int runtasks_action(Cli& cli, const Arguments& arguments) {
  cli.request().offline = arguments.flag("--offline"); // before the session is made
  RunTasksRequest request;
  request.graph = given_graph(cli, arguments);
  request.only = arguments.values("--only");
  request.dry_run = arguments.flag("--dry-run");
  request.fetch_only = arguments.flag("--fetch-only");
  request.keep_going = !arguments.flag("--fail-fast");
  if (arguments.flag("--fail-fast") && arguments.flag("--keep-going"))
    throw Error(ErrorKind::usage, "usage.contradiction",
                "--keep-going and --fail-fast contradict one another");
  const RunTasksResponse response = run_tasks(cli.session(), request);
  if (cli.interrupted()) throw Error(ErrorKind::interrupted, "interrupted", "interrupted");
  if (cli.json()) cli.print_json(to_value(response));
  if (!response.report.ok() && !request.dry_run) {
    cli.events().clear_live_line();
    cli.events().write_line(run_failures_text(response.report, cli.brand().program));
    return exit_code(ErrorKind::failed);
  }
  if (!cli.json()) cli.print(result_text(response, request));
  return 0;
}

} // namespace

CliCommand runtasks_command() {
  return {{"runtasks",
           "plumbing",
           "fetch, build and do the rest of a task graph",
           "TASKS is a task graph (tasks.json), as compile prints it or any other front end makes "
           "it. Tasks run in parallel, what they need first; what is there already is left. Prints "
           "a line for each task: its name, a tab, and the id, key or path that it gave. After a "
           "failure, what does not depend on it is done all the same; the end shows each failure "
           "once.",
           {{"TASKS", "task graph (JSON); '-' or nothing: standard input", false, false}},
           {{"--dry-run", "-n", "", "only say what would be done", false},
            {"--only", "", "TASK", "this task alone, and what it needs", true},
            {"--fetch-only", "", "", "fetch the sources, do nothing else", false},
            {"--keep-going", "-k", "", "go on after a failure (this is so anyway)", false},
            {"--fail-fast", "", "", "begin nothing more after a failure", false},
            {"--offline", "", "", "use no network", false}},
           "",
           {"runtasks tasks.json", "runtasks --dry-run - <tasks.json"}},
          runtasks_action};
}

} // namespace hdist
