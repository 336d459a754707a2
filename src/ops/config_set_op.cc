#include "ops/config_set_op.h"

#include "base/path.h"
#include "base/text.h"
#include "config/edit.h"
#include "config/keys.h"
#include "ops/config_check.h"
#include "ops/config_op.h"
#include "ops/operation_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

KeySpec known_key(const std::vector<KeySpec>& keys, const std::string& name) {
  if (std::optional<KeySpec> key = find_key(keys, name)) return *key;
  throw unknown_setting(keys, name);
}

bool is_there(const std::string& path) {
  return real_path_if_exists(path).has_value();
}

bool holds_paths(KeyKind kind) {
  return kind == KeyKind::path || kind == KeyKind::path_or_none || kind == KeyKind::paths;
}

/// A relative path of the file would start at the file; whoever types one means where they are.
std::string from_here(const KeySpec& key, const std::string& item) {
  const bool is_path =
      holds_paths(key.kind) || (key.section == "sources" && key.key == "mirrors" && is_there(item));
  const bool is_relative = !item.empty() && !item.starts_with('~') && !item.starts_with('/');
  return is_path && is_relative ? absolute_path(item) : item;
}

struct CheckedText {
  std::string text;                // for the file
  std::vector<std::string> doubts; // about it
};

CheckedText checked_text(const Session& session, const KeySpec& key, const std::string& value) {
  const std::string& home = session.config().home();
  std::vector<std::string> items =
      is_list(key.kind) ? split_list(value) : std::vector{std::string(trim(value))};
  std::vector<std::string> checked;
  for (std::string& item : items) {
    item = from_here(key, item);
    checked.push_back(is_list(key.kind) ? check_item(key, item, home, "")
                                        : check_value(key, item, home, ""));
  }
  return {join(items, ", "), doubts_about(session, key, checked)};
}

void check_has_file(const Config& config) {
  if (!config.file().empty()) return;
  throw Error(ErrorKind::usage, "config.no-file",
              fmt::format("the settings are given as text in {}CONFIG: there is no file to change",
                          config.brand().env_prefix));
}

} // namespace

ConfigSetResponse set_config(Session& session, const ConfigSetRequest& request) {
  const Config& config = session.config();
  std::vector<KeySpec> keys = known_keys(config.brand());
  KeySpec key = known_key(keys, request.key);
  std::string name = key.section + "." + key.key;
  check_has_file(config);
  std::vector<std::string> fixed = config.list("site", "policy");
  if (std::find(fixed.begin(), fixed.end(), name) != fixed.end())
    throw Error(ErrorKind::refused, "config.policy",
                fmt::format("{} is set by the site's policy ({})", name,
                            config.setting("site", "policy").origin));
  CheckedText value;
  try {
    value = checked_text(session, key, request.value);
    set_in_file(config.file(), keys, key, value.text);
  } catch (Error& error) {
    error.during("setting " + name);
    if (trim(request.value).empty())
      error.advise({"to go back to the default", "config", {"unset", name}});
    throw;
  }
  Config now = Config::load(config.brand(), session.config_request());
  return {config.file(), now.setting(key.section, key.key), std::move(value.doubts)};
}

Value to_value(const ConfigSetResponse& response) {
  Value value;
  value.set("file", response.file);
  value.set("setting", to_value(response.setting));
  value.set("notes", to_value(response.notes));
  return value;
}

ConfigSetRequest read_config_set_request(const Document& request) {
  Fields fields(request, request.root, "");
  ConfigSetRequest result{fields.text("key"), fields.text("value")};
  fields.finish();
  return result;
}

Operation config_set_operation() {
  return {"config-set", "write one setting into the config file",
          [](Session& session, const Document& request) {
            return to_value(set_config(session, read_config_set_request(request)));
          }};
}

ConfigUnsetResponse unset_config(Session& session, const ConfigUnsetRequest& request) {
  const Config& config = session.config();
  std::vector<KeySpec> keys = known_keys(config.brand());
  KeySpec key = known_key(keys, request.key);
  check_has_file(config);
  bool changed = unset_in_file(config.file(), keys, key);
  Config now = Config::load(config.brand(), session.config_request());
  for (const Setting& setting : now.settings())
    if (setting.section == key.section && setting.key == key.key)
      return {config.file(), setting, changed};
  return {config.file(), {key.section, key.key, "", "default", "", {}}, changed}; // of a tag
}

Value to_value(const ConfigUnsetResponse& response) {
  Value value;
  value.set("file", response.file);
  value.set("setting", to_value(response.setting));
  value.set("changed", response.changed);
  return value;
}

ConfigUnsetRequest read_config_unset_request(const Document& request) {
  Fields fields(request, request.root, "");
  ConfigUnsetRequest result{fields.text("key")};
  fields.finish();
  return result;
}

Operation config_unset_operation() {
  return {"config-unset", "take one setting out of the config file",
          [](Session& session, const Document& request) {
            return to_value(unset_config(session, read_config_unset_request(request)));
          }};
}

} // namespace hdist
