// The command that makes mirrors for hosts without network: bundle.
#include "base/error.h"
#include "base/text.h"
#include "data/json.h"
#include "ops/bundle_op.h"
#include "ops/runtasks.h"
#include "ops/schema_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"
#include "ui/input.h"

#include <fmt/format.h>

namespace hdist {

namespace {

constexpr int64_t kGraphLimit = 256 << 20;

TaskGraph read_graph(Cli& cli, const Arguments& arguments) {
  const InputText input = read_input(arguments, "--tasks",
                                     {"a task graph (tasks.json)", "bundle.no-graph", kGraphLimit});
  const Document document = read_json(input.name, input.text);
  return explained(cli.session(), "tasks", document, [&] { return read_task_graph(document); });
}

int bundle_action(Cli& cli, const Arguments& arguments) {
  cli.request().offline = arguments.flag("--offline"); // before the session is made
  BundleRequest request;
  request.target = *arguments.value("DIRECTORY");
  request.keys = arguments.values("KEY");
  request.stack.stack = arguments.value_or("--stack", "");
  request.stack.directory = ".";
  if (arguments.value("--tasks")) request.graph = read_graph(cli, arguments);
  if (arguments.value("--stack") && (request.graph || !request.keys.empty()))
    throw Error(ErrorKind::usage, "usage.contradiction",
                "--stack stands alone, without KEY and --tasks");
  const BundleResponse response = bundle_sources(cli.session(), request);
  if (cli.json()) {
    cli.print_json(to_value(response));
    return 0;
  }
  std::string text;
  for (const BundledSource& source : response.sources)
    text += fmt::format("{}  {}  {}\n", source.was_present ? "present" : "added  ",
                        source.item.key.str(), human_size(source.item.size_bytes));
  cli.print(text + fmt::format("{}: {} {} ({}), each unpacked from there\n",
                               printable(response.target), response.sources.size(),
                               response.sources.size() == 1 ? "source" : "sources",
                               human_size(response.size_bytes())));
  return 0;
}

} // namespace

CliCommand bundle_command() {
  return {{"bundle",
           "site",
           "a mirror with all that is needed, for a host without network",
           "Puts into DIRECTORY the sources that the stack here needs, or a task graph, or those "
           "that are named by their keys (or beginnings of them); fetches what is missing first. "
           "Then each is unpacked from there, which shows that it is whole. What is in DIRECTORY "
           "already stays; where it is no bundle yet, it must not have things called tmp, users, "
           "urls, condemned, packs, files, dirs or git.\nCopy it to the other host, or to a web "
           "server, and name it there: "
           "'config set sources.mirrors DIRECTORY'. Commits of git repositories cannot be in it.",
           {{"DIRECTORY", "where to, made when absent", true, false},
            {"KEY", "sources of the store", false, true}},
           {{"--tasks", "", "FILE", "all that this task graph (tasks.json) needs", false},
            {"--stack", "", "FILE", "all that this stack needs; else the one found here", false},
            {"--offline", "", "", "use no network: all must be in the store", false}},
           "",
           {"bundle /media/stick/sources", "bundle mirror tar.gz:czgh",
            "bundle mirror --tasks tasks.json"}},
          bundle_action};
}

} // namespace hdist
