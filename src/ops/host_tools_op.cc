#include "ops/host_tools_op.h"

#include "ops/operation_list.h"

namespace hdist {

HostToolsResponse find_host_tools(Session& session, const HostToolsRequest& request) {
  HostToolsResponse response{
      .platform = default_platform(), .tools = {}, .search_path = HostOptions{}.search_path};
  for (const auto& [role, program] : request.tools)
    response.tools.push_back(program.empty() ? session.host().tool(role)
                                             : session.host().tool(role, program));
  session.host().save_cache();
  return response;
}

Value to_value(const HostToolsResponse& response) {
  Value tools = Value::map();
  for (const HostTool& tool : response.tools) {
    Value entry;
    entry.set("program", tool.program);
    entry.set("identity", tool.identity);
    tools.set(tool.role, std::move(entry));
  }
  Value value;
  value.set("platform", to_value(response.platform));
  value.set("tools", std::move(tools));
  value.set("search_path", response.search_path);
  return value;
}

HostToolsRequest read_host_tools_request(const Document& request) {
  Fields fields(request, request.root, "");
  HostToolsRequest result;
  if (const Value::Map* tools = fields.map("tools"))
    for (const auto& [role, program] : *tools)
      result.tools.emplace_back(
          role, program.is_null() ? "" : expect_string(request, program, "tools." + role));
  fields.finish();
  return result;
}

Operation host_tools_operation() {
  return {"host-tools", "programs of this machine as build specs name them",
          [](Session& session, const Document& request) {
            return to_value(find_host_tools(session, read_host_tools_request(request)));
          }};
}

} // namespace hdist
