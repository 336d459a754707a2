// host_tools_op.h: `host-tools`: programs of this machine as build specs name them, and its
// platform.
#pragma once

#include "ops/operation.h"

#include <string>
#include <utility>
#include <vector>

namespace hdist {

struct HostToolsRequest {
  /// Role and program (a name or an absolute path); an empty program is the role's usual one.
  std::vector<std::pair<std::string, std::string>> tools;
};
struct HostToolsResponse {
  Platform platform;           // that specs get unless told
  std::vector<HostTool> tools; // in order
  std::string search_path;     // PATH of jobs that use them
};

/// Error usage "host.no-tool" when one is not there.
HostToolsResponse find_host_tools(Session& session, const HostToolsRequest& request);
Value to_value(const HostToolsResponse& response);
/// {"tools": {"cc": null, "make": "gmake"}}
HostToolsRequest read_host_tools_request(const Document& request);

} // namespace hdist
