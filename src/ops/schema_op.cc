#include "ops/schema_op.h"

#include "base/dir.h"
#include "base/text.h"
#include "data/json.h"
#include "data/schema.h"
#include "ops/operation_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr std::string_view kEnd = ".json";
constexpr int64_t kLargest = 1 << 20;

Value read_schema(const Dir& dir, const std::string& name) {
  std::string file = name + std::string(kEnd);
  return read_json(join_path(dir.path(), file), dir.read_file(file, kLargest)).root;
}

std::vector<std::string> schema_names(const Dir& dir) {
  std::vector<std::string> names;
  for (const Entry& entry : dir.list())
    if (entry.name.ends_with(kEnd))
      names.push_back(entry.name.substr(0, entry.name.size() - kEnd.size()));
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace

SchemaResponse find_schemas(Session& session, const SchemaRequest& request) {
  Dir dir = Dir::open(session.paths().schemas);
  std::vector<std::string> names = schema_names(dir);
  SchemaResponse response;
  for (const std::string& name : names) {
    if (request.name && *request.name != name) continue;
    Value schema = read_schema(dir, name);
    const Value* title = schema.find("title");
    response.schemas.push_back({name, title != nullptr ? *title->if_string() : "",
                                request.name ? std::optional(std::move(schema)) : std::nullopt});
  }
  if (!response.schemas.empty()) return response;
  std::optional<std::string> meant = nearest(request.name.value_or(""), names);
  Error error(ErrorKind::usage, "schema.not-found",
              fmt::format("there is no schema '{}'{}", printable(request.name.value_or("")),
                          meant ? fmt::format("; is '{}' meant?", *meant) : ""));
  throw error.advise({"to list them", "schema", {}});
}

Value to_value(const SchemaResponse& response) {
  Value::List list;
  for (const InstalledSchema& one : response.schemas) {
    Value entry;
    entry.set("name", one.name);
    entry.set("title", one.title);
    entry.set("schema", one.schema.value_or(Value()));
    list.push_back(std::move(entry));
  }
  Value value;
  value.set("schemas", Value(std::move(list)));
  return value;
}

SchemaRequest read_schema_request(const Document& request) {
  Fields fields(request, request.root, "");
  SchemaRequest result{fields.text_if("name")};
  fields.finish();
  return result;
}

Operation schema_operation() {
  return {"schema", "the JSON Schemas of all documents",
          [](Session& session, const Document& request) {
            return to_value(find_schemas(session, read_schema_request(request)));
          }};
}

namespace {

std::string problem_text(const Document& document, const SchemaProblem& problem) {
  std::string place = problem.path.empty() ? "" : problem.path + ": ";
  return fmt::format("{}:{}:{}: {}{}", document.name, problem.position.line,
                     problem.position.column, place, problem.message);
}

/// The error has its line already.
bool is_told(const Document& document, const SchemaProblem& problem, const Error& error) {
  return error.message().find(fmt::format("{}:{}:", document.name, problem.position.line)) !=
         std::string::npos;
}

void add_problems(const Value& schema, const Document& document, Error& error) {
  constexpr int kMostShown = 5;
  int shown = 0;
  for (const SchemaProblem& problem : schema_problems(schema, document.root)) {
    if (is_told(document, problem, error)) continue;
    if (++shown > kMostShown) break;
    error.advise({"Also wrong: " + problem_text(document, problem), "", {}});
  }
}

} // namespace

void explain(const Session& session, const std::string& schema, const Document& document,
             Error& error) noexcept {
  if (!error.code().starts_with("document.")) return;
  try {
    Dir dir = Dir::open(session.paths().schemas);
    add_problems(read_schema(dir, schema), document, error);
    error.advise({"what it may hold", "schema", {schema}});
  } catch (const std::exception&) { // the error itself is what counts
    return;
  }
}

} // namespace hdist
