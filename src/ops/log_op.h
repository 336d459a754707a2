// log_op.h: `log`: where the log of a build is, of one that runs, failed, or made an artifact.
#pragma once

#include "build/find_log.h"
#include "ops/operation.h"

#include <optional>
#include <string>

namespace hdist {

struct LogRequest {
  std::optional<std::string> word; // id, name/PREFIX or name; none: the newest
};
struct LogResponse {
  FoundLog log;
};

/// A running build first, then the newest of those that failed or are in the store; without a word
/// not those in the store. Errors usage "log.none", "artifact.not-found".
LogResponse find_log(Session& session, const LogRequest& request);
LogRequest read_log_request(const Document& request);
Value to_value(const LogResponse& response);

} // namespace hdist
