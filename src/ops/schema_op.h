// schema_op.h: `schema`: the JSON Schemas that are installed, and what they say of a wrong
// document.
#pragma once

#include "ops/operation.h"

#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct SchemaRequest {
  std::optional<std::string> name; // nullopt: list them
};
struct InstalledSchema {
  std::string name; // "build-spec"
  std::string title;
  std::optional<Value> schema; // only when it was asked for by name
};
struct SchemaResponse {
  std::vector<InstalledSchema> schemas; // by name
};

/// Error usage "schema.not-found" that names the nearest one.
SchemaResponse find_schemas(Session& session, const SchemaRequest& request);
Value to_value(const SchemaResponse& response);
/// {"name": null}
SchemaRequest read_schema_request(const Document& request);

/// To an error in a document of that kind (a code "document.…") it adds what else is wrong in it,
/// at most five of it, and that the schema can be shown. It never throws.
void explain(const Session& session, const std::string& schema, const Document& document,
             Error& error) noexcept;

/// What `read` gives, its error explained.
template <typename Read>
auto explained(const Session& session, const std::string& schema, const Document& document,
               const Read& read) {
  try {
    return read();
  } catch (Error& error) {
    explain(session, schema, document, error);
    throw;
  }
}

} // namespace hdist
