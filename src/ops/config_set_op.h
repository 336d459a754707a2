// config_set_op.h: `config set`: one setting in the user's config file.
#pragma once

#include "ops/operation.h"

#include <string>

namespace hdist {

struct ConfigSetRequest {
  std::string key;   // "builder.store"
  std::string value; // as it would stand in the file; relative paths start at the current directory
};

struct ConfigSetResponse {
  std::string file; // that was changed or made
  Setting setting;  // as it is in force now
};

/// Error usage "config.unknown-key" and "config.value"; "config.no-file" when the settings were
/// given as text; Error refused "config.policy" when the site's policy has decided.
ConfigSetResponse set_config(Session& session, const ConfigSetRequest& request);
Value to_value(const ConfigSetResponse& response);
/// {"key", "value"}
ConfigSetRequest read_config_set_request(const Document& request);

} // namespace hdist
