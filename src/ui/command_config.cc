// The command config.
#include "base/error.h"
#include "base/text.h"
#include "ops/operation.h"
#include "ui/cli.h"
#include "ui/command_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

Value to_value(const Setting& setting) {
  Value value;
  value.set("key", setting.section + "." + setting.key);
  value.set("value", setting.value);
  value.set("origin", setting.origin);
  value.set("default", setting.standard);
  return value;
}

int list_settings(Cli& cli) {
  Value::List list;
  std::string text;
  for (const Setting& setting : cli.session().config().settings()) {
    list.push_back(to_value(setting));
    text += fmt::format("{:<26} {:<40} {}\n", setting.section + "." + setting.key,
                        setting.value.empty() ? "-" : setting.value, setting.origin);
  }
  Value value;
  value.set("settings", Value(std::move(list)));
  if (cli.json())
    cli.print_json(value);
  else
    cli.print(text);
  return 0;
}

int get_setting(Cli& cli, const std::string& key) {
  std::vector<std::string> known;
  for (const Setting& setting : cli.session().config().settings()) {
    known.push_back(setting.section + "." + setting.key);
    if (known.back() != key) continue;
    if (cli.json())
      cli.print_json(to_value(setting));
    else
      cli.print(setting.value + "\n");
    return 0;
  }
  std::optional<std::string> meant = nearest(key, known);
  throw Error(ErrorKind::usage, "config.unknown-key",
              fmt::format("there is no setting '{}'{}", printable(key),
                          meant ? fmt::format("; is '{}' meant?", *meant) : ""));
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
