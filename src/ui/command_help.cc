// The command help.
#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "ops/version.h"
#include "ui/cli.h"
#include "ui/command_list.h"
#include "ui/help.h"
#include "ui/help_files.h"

#include <fmt/format.h>

namespace hdist {

namespace {

std::vector<std::string> names_of_commands(const Brand& brand) {
  std::vector<std::string> names;
  for (const CliCommand& command : shown_commands(brand))
    names.push_back(command.info.name);
  return names;
}

CommandInfo find_info(const Brand& brand, const std::string& name) {
  std::vector<std::string> names;
  for (const CliCommand& command : commands_of(brand)) {
    if (command.info.name == name) return command.info;
    names.push_back(command.info.name);
  }
  std::optional<std::string> meant = nearest(name, names);
  throw Error(ErrorKind::usage, "usage.unknown-command",
              fmt::format("'{}' is no command{}", printable(name),
                          meant ? fmt::format("; is '{}' meant?", *meant) : ""));
}

Value directory_value(const std::string& directory) {
  Value value;
  value.set("path", absolute_path(directory));
  return value;
}

/// With --json also as a list, for programs.
void print_overview(const Cli& cli) {
  const std::string text = overview_help(cli.brand());
  if (!cli.json()) return cli.print(text);
  Value commands = Value::list();
  for (const CliCommand& command : commands_of(cli.brand())) {
    Value entry;
    entry.set("name", command.info.name);
    entry.set("group", command.info.group.empty() ? Value() : Value(command.info.group));
    entry.set("summary", command.info.summary);
    commands.push(std::move(entry));
  }
  Value value;
  value.set("text", text);
  value.set("commands", std::move(commands));
  cli.print_json(value);
}

int help_action(Cli& cli, const Arguments& arguments) {
  std::optional<std::string> name = arguments.value("COMMAND");
  if (std::optional<std::string> shell = arguments.value("--completion")) {
    cli.print_page(completion_script(cli.brand(), *shell));
    return 0;
  }
  if (std::optional<std::string> directory = arguments.value("--install")) {
    write_help_files(cli.brand(), kVersion, *directory);
    if (cli.json()) cli.print_json(directory_value(*directory));
    return 0;
  }
  std::optional<CommandInfo> info;
  if (name) info = find_info(cli.brand(), *name);
  if (arguments.flag("--man"))
    cli.print_page(man_page(cli.brand(), kVersion, info ? &*info : nullptr));
  else if (info)
    cli.print_page(command_help(cli.brand(), *info));
  else
    print_overview(cli);
  return 0;
}

} // namespace

CliCommand help_command() {
  return {
      {"help",
       "self",
       "say more about a command",
       "",
       {{.name = "COMMAND",
         .help = "name of a command",
         .required = false,
         .offered = names_of_commands}},
       {{"--man", "", "", "as a manual page (troff)", false},
        {"--completion", "", "SHELL", "print the completion script for bash, zsh or fish", false},
        {"--install", "", "DIR",
         "write all manual pages and completions below DIR (a share folder)", false}},
       "",
       {"help update", "help --man update | man -l -"}},
      help_action};
}

} // namespace hdist
