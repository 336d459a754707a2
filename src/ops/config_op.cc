#include "ops/config_op.h"

#include "base/text.h"
#include "ops/operation_list.h"

#include <fmt/format.h>

namespace hdist {

ConfigOpResponse list_config(Session& session, const ConfigOpRequest& request) {
  const std::vector<Setting>& settings = session.config().settings();
  if (!request.key) return {settings};
  std::vector<std::string> known;
  for (const Setting& setting : settings) {
    known.push_back(setting.section + "." + setting.key);
    if (known.back() == *request.key) return {{setting}};
  }
  std::optional<std::string> meant = nearest(*request.key, known);
  throw Error(ErrorKind::usage, "config.unknown-key",
              fmt::format("there is no setting '{}'{}", printable(*request.key),
                          meant ? fmt::format("; is '{}' meant?", *meant) : ""));
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
