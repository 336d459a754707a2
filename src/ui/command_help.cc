// The command help.
#include "base/error.h"
#include "base/text.h"
#include "ops/version.h"
#include "ui/cli.h"
#include "ui/command_list.h"
#include "ui/help.h"
#include "ui/help_files.h"

#include <fmt/format.h>

namespace hdist {

namespace {

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

int help_action(Cli& cli, const Arguments& arguments) {
  std::optional<std::string> name = arguments.value("COMMAND");
  if (std::optional<std::string> shell = arguments.value("--completion")) {
    cli.print(completion_script(cli.brand(), *shell));
    return 0;
  }
  if (std::optional<std::string> directory = arguments.value("--install")) {
    write_help_files(cli.brand(), kVersion, *directory);
    return 0;
  }
  std::optional<CommandInfo> info;
  if (name) info = find_info(cli.brand(), *name);
  if (arguments.flag("--man"))
    cli.print(man_page(cli.brand(), kVersion, info ? &*info : nullptr));
  else
    cli.print(info ? command_help(cli.brand(), *info) : overview_help(cli.brand()));
  return 0;
}

} // namespace

CliCommand help_command() {
  return {
      {"help",
       "self",
       "say more about a command",
       "",
       {{"COMMAND", "name of a command", false, false}},
       {{"--man", "", "", "as a manual page (troff)", false},
        {"--completion", "", "SHELL", "print the completion script for bash, zsh or fish", false},
        {"--install", "", "DIR",
         "write all manual pages and completions below DIR (a share folder)", false}},
       "",
       {"help update", "help --man update | man -l -"}},
      help_action};
}

} // namespace hdist
