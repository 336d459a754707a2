// unpack_op.h: `unpack`: a source item into a directory.
#pragma once

#include "ops/operation.h"

#include <optional>
#include <string>

namespace hdist {

struct UnpackSourceRequest {
  std::string key;
  std::string target;
  std::optional<int> strip;
};

struct UnpackSourceResponse {
  SourceKey key;
  std::string target;
};

UnpackSourceResponse unpack_source(Session& session, const UnpackSourceRequest& request);
Value to_value(const UnpackSourceResponse& response);
/// {"key", "target", "strip": null}
UnpackSourceRequest read_unpack_request(const Document& request);

} // namespace hdist
