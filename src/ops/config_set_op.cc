#include "ops/config_set_op.h"

#include "base/path.h"
#include "base/text.h"
#include "config/edit.h"
#include "config/keys.h"
#include "ops/config_op.h"
#include "ops/operation_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

KeySpec known_key(const std::vector<KeySpec>& keys, const std::string& name) {
  std::size_t dot = name.find('.');
  bool has_dot = dot != std::string::npos;
  std::optional<KeySpec> key =
      has_dot ? find_key(keys, name.substr(0, dot), name.substr(dot + 1)) : std::nullopt;
  if (key) return *key;
  std::vector<std::string> names;
  for (const KeySpec& known : keys)
    names.push_back(known.section + "." + known.key);
  std::optional<std::string> meant = nearest(name, names);
  throw Error(ErrorKind::usage, "config.unknown-key",
              fmt::format("there is no setting '{}'{}", printable(name),
                          meant ? fmt::format("; is '{}' meant?", *meant) : ""));
}

bool holds_paths(KeyKind kind) {
  return kind == KeyKind::path || kind == KeyKind::path_or_none || kind == KeyKind::paths;
}

/// A relative path of the file would start at the file; whoever types one means where they are.
std::string from_here(const std::string& path) {
  return path.empty() || path.starts_with('~') || path.starts_with('/') ? path
                                                                        : absolute_path(path);
}

std::string text_of(const KeySpec& key, const std::string& value, const std::string& home) {
  std::vector<std::string> items =
      is_list(key.kind) ? split_list(value) : std::vector{std::string(trim(value))};
  for (std::string& item : items) {
    if (holds_paths(key.kind)) item = from_here(item);
    if (is_list(key.kind))
      (void)check_item(key, item, home, "");
    else
      (void)check_value(key, item, home, "");
  }
  return join(items, ", ");
}

} // namespace

ConfigSetResponse set_config(Session& session, const ConfigSetRequest& request) {
  const Config& config = session.config();
  std::vector<KeySpec> keys = known_keys(config.brand());
  KeySpec key = known_key(keys, request.key);
  std::string name = key.section + "." + key.key;
  if (config.file().empty())
    throw Error(
        ErrorKind::usage, "config.no-file",
        fmt::format("the settings are given as text in {}CONFIG: there is no file to change",
                    config.brand().env_prefix));
  std::vector<std::string> fixed = config.list("site", "policy");
  if (std::find(fixed.begin(), fixed.end(), name) != fixed.end())
    throw Error(ErrorKind::refused, "config.policy",
                fmt::format("{} is set by the site's policy ({})", name,
                            config.setting("site", "policy").origin));
  try {
    set_in_file(config.file(), keys, key, text_of(key, request.value, config.home()));
  } catch (Error& error) {
    error.during("setting " + name);
    throw;
  }
  Config now = Config::load(config.brand(), session.config_request());
  return {config.file(), now.setting(key.section, key.key)};
}

Value to_value(const ConfigSetResponse& response) {
  Value value;
  value.set("file", response.file);
  value.set("setting", to_value(response.setting));
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

} // namespace hdist
