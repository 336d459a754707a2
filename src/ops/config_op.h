// config_op.h: `config`: every setting with its value, where that came from, and its default.
#pragma once

#include "ops/operation.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct ConfigOpRequest {
  std::optional<std::string> key; // "builder.store": this one alone
};
struct ConfigOpResponse {
  std::vector<Setting> settings;
};

/// Error usage "config.unknown-key" that names the nearest one.
ConfigOpResponse list_config(Session& session, const ConfigOpRequest& request);
Value to_value(const Setting& setting);
Value to_value(const ConfigOpResponse& response);
/// {"key": null}
ConfigOpRequest read_config_request(const Document& request);

} // namespace hdist
