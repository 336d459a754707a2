// config_set_op.h: `config set` and `config unset`: one setting in the user's config file.
#pragma once

#include "ops/operation.h"

#include <string>
#include <vector>

namespace hdist {

struct ConfigSetRequest {
  std::string key;   // "builder.store"
  std::string value; // as it would stand in the file; relative paths start at the current directory
};

struct ConfigSetResponse {
  std::string file;               // that was changed or made
  Setting setting;                // as it is in force now
  std::vector<std::string> notes; // what is missing before it can be used
};

/// Error usage "config.unknown-key", "config.value" and "store.bad-path"; "config.no-file" when the
/// settings were given as text; Error refused "config.policy" when the site's policy has decided.
ConfigSetResponse set_config(Session& session, const ConfigSetRequest& request);
Value to_value(const ConfigSetResponse& response);
/// {"key", "value"}
ConfigSetRequest read_config_set_request(const Document& request);

struct ConfigUnsetRequest {
  std::string key;
};

struct ConfigUnsetResponse {
  std::string file;
  Setting setting;      // as it is in force now: the site's or the default
  bool changed = false; // false: it did not stand in the file
};

/// Errors as of set_config().
ConfigUnsetResponse unset_config(Session& session, const ConfigUnsetRequest& request);
Value to_value(const ConfigUnsetResponse& response);
/// {"key"}
ConfigUnsetRequest read_config_unset_request(const Document& request);

} // namespace hdist
