#include "ops/config_op.h"

#include "config/keys.h"
#include "ops/operation_list.h"

namespace hdist {

ConfigOpResponse list_config(Session& session, const ConfigOpRequest& request) {
  const std::vector<Setting>& settings = session.config().settings();
  if (!request.key) return {settings};
  // It may be an old spelling.
  const std::optional<KeySpec> known = find_key(known_keys(session.brand()), *request.key);
  const std::string name = known ? known->section + "." + known->key : *request.key;
  std::vector<KeySpec> keys;
  for (const Setting& setting : settings) {
    if (setting.section + "." + setting.key == name) return {{setting}};
    keys.push_back({.section = setting.section, .key = setting.key, .standard = {}});
  }
  throw unknown_setting(keys, *request.key);
}

Value to_value(const Setting& setting) {
  Value value;
  value.set("key", setting.section + "." + setting.key);
  value.set("value", setting.value);
  value.set("origin", setting.origin);
  value.set("default", setting.standard);
  return value;
}

Value to_value(const ConfigOpResponse& response) {
  Value::List list;
  for (const Setting& setting : response.settings)
    list.push_back(to_value(setting));
  Value value;
  value.set("settings", Value(std::move(list)));
  return value;
}

ConfigOpRequest read_config_request(const Document& request) {
  Fields fields(request, request.root, "");
  ConfigOpRequest result{fields.text_if("key")};
  fields.finish();
  return result;
}

Operation config_operation() {
  return {"config", "every setting with its value and origin",
          [](Session& session, const Document& request) {
            return to_value(list_config(session, read_config_request(request)));
          }};
}

} // namespace hdist
