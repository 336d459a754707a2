// The command config.
#include "base/error.h"
#include "base/text.h"
#include "config/keys.h"
#include "ops/config_op.h"
#include "ops/config_set_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"
#include "ui/table.h"

#include <fmt/format.h>

namespace hdist {

namespace {

/// As `set` takes it.
std::string shown(const std::string& value) {
  return value.empty() ? "''" : printable(value);
}

int list_settings(Cli& cli) {
  ConfigOpResponse response = list_config(cli.session(), {});
  std::vector<std::vector<std::string>> rows;
  rows.reserve(response.settings.size());
  for (const Setting& setting : response.settings)
    rows.push_back({setting.section + "." + setting.key, shown(setting.value), setting.origin});
  const std::string text =
      table_text({{.title = "SETTING"}, {.title = "VALUE", .shrinks = true}, {.title = "FROM"}},
                 rows, output_width());
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

int set_setting(Cli& cli, const std::string& key, const std::string& value) {
  ConfigSetResponse response = set_config(cli.session(), {key, value});
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.events().notice(
        fmt::format("{} is {} in {}", key, shown(response.setting.value), response.file));
  for (const std::string& note : response.notes)
    cli.events().warning(note);
  return 0;
}

int unset_setting(Cli& cli, const std::string& key) {
  ConfigUnsetResponse response = unset_config(cli.session(), {key});
  const Setting& now = response.setting;
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.events().notice(
        fmt::format("{}{} is {} ({})",
                    response.changed ? "" : fmt::format("it is not set in {}: ", response.file),
                    key, shown(now.value), now.origin));
  return 0;
}

std::vector<std::string> names_of_keys(const Brand& brand) {
  std::vector<std::string> names;
  for (const KeySpec& key : known_keys(brand))
    names.push_back(key.section + "." + key.key);
  return names;
}

int config_action(Cli& cli, const Arguments& arguments) {
  std::string verb = *arguments.value("VERB");
  std::optional<std::string> key = arguments.value("KEY");
  if (verb == "list" && !key) return list_settings(cli);
  std::optional<std::string> value = arguments.value("VALUE");
  if (verb == "get" && key && !value) return get_setting(cli, *key);
  if (verb == "set" && key && value) return set_setting(cli, *key, *value);
  if (verb == "unset" && key && !value) return unset_setting(cli, *key);
  throw Error(
      ErrorKind::usage, "usage.invalid",
      "'config' takes 'list', or 'get' or 'unset' and a key such as builder.store, or 'set', a "
      "key and a value");
}

} // namespace

CliCommand config_command() {
  return {{"config",
           "self",
           "show and change settings",
           "'config list' shows every setting with its value and origin; 'config get KEY' prints "
           "one value. 'config set KEY VALUE' writes it into the config file, whose comments and "
           "layout stay as they are: the file of --config or of {env}CONFIG, else {config}. "
           "'config unset KEY' takes its line out of there and says what holds then.",
           {{"VERB", "list, get, set or unset", true, false, {"list", "get", "set", "unset"}},
            {.name = "KEY",
             .help = "section.key, for get, set and unset",
             .required = false,
             .offered = names_of_keys},
            {"VALUE", "the new value, for set; '' for an empty one", false, false, {}, true}},
           {},
           "",
           {"config list", "config get builder.store",
            "config set sources.keep-transient '2 weeks'", "config unset builder.temp"}},
          config_action};
}

} // namespace hdist
