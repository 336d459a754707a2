// The commands that turn a stack into a profile: update, compile.
#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"
#include "data/json.h"
#include "ops/update.h"
#include "ui/cli.h"
#include "ui/command_list.h"
#include "ui/error_text.h"
#include "ui/keep_option.h"

#include <fmt/format.h>

namespace hdist {

namespace {

CompileRequest stack_of(const Arguments& arguments) {
  return {arguments.value_or("STACK", ""), absolute_path(".")};
}

std::string plan_text(const UpdateResponse& response) {
  std::string text;
  for (const Realized& task : response.report.tasks)
    if (task.state == Realized::State::planned && (task.id || task.task.starts_with("fetch:")))
      text += fmt::format("would {} {}\n", task.id ? "build" : "fetch",
                          task.id ? task.id->str() : task.task.substr(task.task.find(':') + 1));
  if (response.profile && response.profile->changed)
    text += fmt::format("would switch {} to generation {}\n", response.profile->link,
                        response.profile->generation);
  if (!text.empty()) return text;
  if (!response.profile) return "nothing to fetch or build\n";
  return fmt::format("nothing to do: {} is up to date (generation {})\n", response.profile->link,
                     response.profile->generation);
}

std::string counted(int count, const char* what) {
  return fmt::format("{} {}", count, what);
}

std::string done_text(const UpdateResponse& response) {
  const ProfileResult& profile = *response.profile;
  std::string work = join(std::vector<std::string>{counted(response.built(), "built"),
                                                   counted(response.present(), "already there")},
                          ", ");
  if (!profile.changed && response.built() > 0) // it was gone from the store
    return fmt::format("{} is up to date (generation {}; {})\n", profile.link, profile.generation,
                       work);
  if (!profile.changed)
    return fmt::format("nothing to do: {} is up to date (generation {})\n", profile.link,
                       profile.generation);
  std::size_t members = profile.record.members.size();
  return fmt::format("{} is ready: generation {}, {} package{} ({})\n", profile.link,
                     profile.generation, members, members == 1 ? "" : "s", work);
}

int update_action(Cli& cli, const Arguments& arguments) {
  set_keep(cli, arguments);
  cli.request().offline = arguments.flag("--offline");
  UpdateRequest request;
  request.stack = stack_of(arguments);
  request.profile = arguments.value_or("PROFILE", "");
  request.only = arguments.values("--only");
  request.dry_run = arguments.flag("--dry-run");
  request.fetch_only = arguments.flag("--fetch-only");
  UpdateResponse response = update(cli.session(), request);
  if (cli.interrupted()) throw Error(ErrorKind::interrupted, "interrupted", "interrupted");
  if (cli.json()) cli.print_json(to_value(response));
  if (!response.report.ok() && !request.dry_run) {
    cli.events().clear_live_line();
    cli.events().write_line(run_failures_text(response.report, cli.brand().program));
    return exit_code(ErrorKind::failed);
  }
  if (cli.json()) return 0;
  if (request.dry_run)
    cli.print(plan_text(response));
  else if (response.profile)
    cli.print(done_text(response));
  else
    cli.print(fmt::format("{} fetched, {} built\n", response.fetched(), response.built()));
  return 0;
}

int compile_action(Cli& cli, const Arguments& arguments) {
  CompileResponse response = compile(cli.session(), stack_of(arguments));
  cli.print(pretty_json(response.compiled.graph.to_value()));
  return 0;
}

} // namespace

CliCommand update_command() {
  return {
      {"update",
       "work",
       "fetch and build what a stack needs, then switch its profile",
       "STACK is a stack file; without one, stack.yaml here or in the nearest directory above. "
       "PROFILE is a name (in the registry's folder) or a path with a "
       "slash; without one, the stack's name. What is there already is neither fetched nor built "
       "again. The profile is switched by one rename when everything "
       "is built; until then, and when something fails, it stays as it is.",
       {{"STACK", "stack file", false, false},
        {"PROFILE", "name or path of the profile", false, false}},
       {{"--dry-run", "-n", "", "only say what would be done", false},
        {"--only", "", "PACKAGE", "build this package alone, and what it needs; no switch", true},
        {"--fetch-only", "", "", "fetch the sources, build nothing", false},
        {"--offline", "", "", "use no network", false},
        keep_option()},
       "",
       {"update", "update stack.yaml ~/mystack", "update --only lua"}},
      update_action};
}

CliCommand compile_command() {
  return {{"compile",
           "plumbing",
           "print the task graph of a stack (tasks.json)",
           "The graph says everything: fetches with all their addresses, build specs, and how they "
           "depend on one another.",
           {{"STACK", "stack file", false, false}},
           {},
           "",
           {"compile stack.yaml > tasks.json"}},
          compile_action};
}

} // namespace hdist
