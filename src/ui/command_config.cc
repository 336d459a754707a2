// The command config.
#include "base/error.h"
#include "ops/config_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"

#include <fmt/format.h>

namespace hdist {

namespace {

int list_settings(Cli& cli) {
  ConfigOpResponse response = list_config(cli.session(), {});
  std::string text;
  for (const Setting& setting : response.settings)
    text += fmt::format("{:<26} {:<40} {}\n", setting.section + "." + setting.key,
                        setting.value.empty() ? "-" : setting.value, setting.origin);
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(text);
  return 0;
}

int get_setting(Cli& cli, const std::string& key) {
  Setting setting = list_config(cli.session(), {key}).settings.front();
  if (cli.json())
    cli.print_json(to_value(setting));
  else
    cli.print(setting.value + "\n");
  return 0;
}

int config_action(Cli& cli, const Arguments& arguments) {
  std::string verb = *arguments.value("VERB");
  std::optional<std::string> key = arguments.value("KEY");
  if (verb == "list" && !key) return list_settings(cli);
  if (verb == "get" && key) return get_setting(cli, *key);
  throw Error(ErrorKind::usage, "usage.invalid",
              "'config' takes 'list', or 'get' and a key such as builder.store");
}

} // namespace

CliCommand config_command() {
  return {{"config",
           "self",
           "show settings and where each comes from",
           "'config list' shows every setting with its value and origin; 'config get KEY' prints "
           "one value.",
           {{"VERB", "list or get", true, false}, {"KEY", "section.key, for get", false, false}},
           {},
           "",
           {"config list", "config get builder.store"}},
          config_action};
}

} // namespace hdist
