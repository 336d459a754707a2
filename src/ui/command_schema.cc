// The command schema.
#include "data/json.h"
#include "ops/schema_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"

#include <fmt/format.h>

namespace hdist {

namespace {

int schema_action(Cli& cli, const Arguments& arguments) {
  SchemaResponse response = find_schemas(cli.session(), {arguments.value("NAME")});
  if (cli.json()) {
    cli.print_json(to_value(response));
    return 0;
  }
  std::string text;
  for (const InstalledSchema& one : response.schemas)
    text += one.schema ? pretty_json(*one.schema) : fmt::format("{:<16} {}\n", one.name, one.title);
  cli.print(text);
  return 0;
}

} // namespace

CliCommand schema_command() {
  return {{"schema",
           "self",
           "print the JSON Schema of a document, or list them",
           "Every document has one: build specs, records, profiles, task graphs, stacks, recipes, "
           "and the requests and responses of the operations.",
           {{"NAME", "of the document; none: list them", false, false}},
           {},
           "",
           {"schema", "schema build-spec"}},
          schema_action};
}

} // namespace hdist
