// The command du: what takes room.
#include "base/text.h"
#include "ops/du_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"
#include "ui/table.h"

#include <fmt/format.h>

namespace hdist {

namespace {

std::vector<std::string> row_of(const DuEntry& entry) {
  return {printable(entry.name), human_size(entry.size_bytes),
          entry.free_bytes ? human_size(*entry.free_bytes) : "?", std::to_string(entry.count),
          printable(entry.path)};
}

std::string du_text(const DuResponse& response, bool packages) {
  std::vector<std::vector<std::string>> rows;
  DuEntry total{.name = "total", .path = {}, .free_bytes = 0};
  for (const DuEntry& entry : packages ? response.packages : response.entries) {
    rows.push_back(row_of(entry));
    total.size_bytes += entry.size_bytes;
    total.count += entry.count;
    if (!entry.free_bytes) total.free_bytes = std::nullopt;
    if (total.free_bytes) *total.free_bytes += *entry.free_bytes;
  }
  rows.push_back(row_of(total));
  return table_text(
      {{"WHAT"}, {"SIZE", true}, {"FREE BY GC", true}, {"COUNT", true}, {"WHERE", false, true}},
      rows, output_width());
}

int du_action(Cli& cli, const Arguments& arguments) {
  const DuResponse response = disk_usage(cli.session());
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(du_text(response, arguments.flag("--packages")));
  if (!response.problem.empty())
    cli.events().warning("what could be had back is not known: " + response.problem);
  return 0;
}

} // namespace

CliCommand du_command() {
  return {{"du",
           "clean",
           "what takes room, and what a gc would give back",
           "Artifacts and sources count with the sizes that were noted when they were made. Of "
           "generations of profiles, builds, logs and caches each file counts once with what it "
           "takes on the disk, however many names it has. The third column is what 'gc' and 'gc "
           "--sources' would remove now.",
           {},
           {{"--packages", "", "", "artifacts by name, the largest first", false}},
           "",
           {"du", "du --packages"}},
          du_action};
}

} // namespace hdist
