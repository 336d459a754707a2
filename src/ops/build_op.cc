#include "ops/build_op.h"

#include "base/text.h"
#include "build/job_check.h"
#include "data/json.h"
#include "ops/operation_list.h"
#include "ops/schema_op.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

HashResponse hash_spec(const SpecRequest& request) {
  BuildSpec spec = BuildSpec::read(read_json(request.name, request.text));
  return {spec.id(), hash_input(spec.document())};
}

Value to_value(const HashResponse& response) {
  Value value;
  value.set("id", response.id.str());
  value.set("input", response.input);
  return value;
}

BuildResponse build_spec(Session& session, const SpecRequest& request) {
  const Document document = read_json(request.name, request.text);
  const BuildSpec spec = explained(session, "build-spec", document, [&] {
    BuildSpec read = BuildSpec::read(document);
    check_job(read.commands(), document); // here, where the line can be shown
    return read;
  });
  BuildOutcome outcome = session.builder().build(spec, session.stop());
  session.publisher().barrier();
  if (const BuildSuccess* success = std::get_if<BuildSuccess>(&outcome))
    if (success->was_present) session.artifacts().note_use(success->record.id);
  return {std::move(outcome)};
}

Value to_value(const BuildFailure& failure) {
  Value value;
  value.set("id", failure.id.str());
  value.set("code", failure.code);
  value.set("stage", text_or_null(failure.stage));
  value.set("reason", failure.reason);
  value.set("command", text_or_null(failure.command));
  const std::optional<FoundError>& error = failure.first_error;
  value.set("first_error", error ? Value(error->line) : Value());
  value.set("first_error_line", error ? Value(error->number) : Value());
  value.set("lines_before", to_value(error ? error->before : std::vector<std::string>()));
  value.set("lines_after", to_value(error ? error->after : std::vector<std::string>()));
  value.set("last_lines", to_value(failure.last_lines));
  value.set("log", text_or_null(failure.log_path));
  value.set("log_error", text_or_null(failure.log_error));
  value.set("build_directory", text_or_null(failure.build_dir));
  return value;
}

Value to_value(const BuildResponse& response) {
  Value value;
  const BuildSuccess* success = std::get_if<BuildSuccess>(&response.outcome);
  value.set("id", success != nullptr ? success->record.id.str()
                                     : std::get<BuildFailure>(response.outcome).id.str());
  value.set("path", success != nullptr ? Value(success->path) : Value());
  value.set("was_present", success != nullptr && success->was_present);
  value.set("failure",
            success != nullptr ? Value() : to_value(std::get<BuildFailure>(response.outcome)));
  return value;
}

namespace {

bool is_below(const std::string& path, const std::string& directory) {
  return path.starts_with(directory + "/");
}

/// As a store names the directory of an artifact: <name>/<hash12>, <name>/<hash12>.2.
bool has_place_of_artifact(const std::string& path) {
  constexpr std::size_t kHash = 12;
  const std::string directory = base_name(path), hash = directory.substr(0, kHash);
  const std::string number = directory.substr(hash.size());
  const bool is_hash = hash.size() == kHash && std::all_of(hash.begin(), hash.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
                       });
  const bool is_number = number.empty() || (number[0] == '.' && parse_int(number.substr(1)));
  return is_hash && is_number && is_valid_name(base_name(parent_path(path)));
}

/// Whether a link that says `target` leads to an artifact, or to where one was before its store was
/// moved or it was collected. A link of the user's own leads elsewhere.
bool leads_to_artifact(Session& session, const Dir& parent, const std::string& target) {
  const std::string path = normal_path(join_path(real_path(parent.path()), target));
  const ArtifactStore& store = session.artifacts();
  if (const std::optional<std::string> end = real_path_if_exists(path))
    return is_below(*end, store.real_path());
  return is_below(path, store.path()) || is_below(path, store.real_path()) ||
         has_place_of_artifact(path);
}

/// Never replaces anything but a link that leads to an artifact.
void check_root_link(Session& session, const Dir& parent, const std::string& path) {
  const std::string name = base_name(path);
  if (!parent.exists(name)) return;
  const std::optional<std::string> target = parent.read_link(name);
  if (target && leads_to_artifact(session, parent, *target)) return;
  Error error(ErrorKind::refused, "root.in-the-way",
              target ? fmt::format("{} is a link to {}, which is no artifact; it is left alone",
                                   path, *target)
                     : fmt::format("{} exists and is no symlink; it is left alone", path));
  const std::string place = shell_quote(path);
  error.advise({target ? fmt::format("remove it, or give the link another path: rm {}", place)
                       : fmt::format("move it away, or give the link another path: mv {} {}", place,
                                     shell_quote(path + ".old")),
                "",
                {}});
  throw error;
}

void make_root_link(Session& session, const std::string& link, const std::string& artifact) {
  const std::string path = absolute_path(link);
  const Dir parent = Dir::create(parent_path(path));
  const std::string name = base_name(path);
  check_root_link(session, parent, path);
  session.artifacts().add_root(path); // first: nothing that the link leads to may go meanwhile
  try {
    parent.replace_symlink(artifact, name);
  } catch (Error& error) {
    if (!parent.exists(name)) session.artifacts().remove_root(path);
    error.during(fmt::format("making the link {} to {}", path, artifact));
    throw;
  }
}

} // namespace

ResolveResponse resolve_artifact(Session& session, const ResolveRequest& request) {
  ArtifactRecord record = session.one_artifact(request.artifact);
  session.artifacts().note_use(record.id); // before the path is given out: it is good for a while
  std::string path = session.artifacts().path_of(record);
  if (!request.root.empty()) make_root_link(session, request.root, path);
  return {record.id, path};
}

Value to_value(const ResolveResponse& response) {
  Value value;
  value.set("id", response.id.str());
  value.set("path", response.path);
  return value;
}

SpecRequest read_spec_request(const Document& request) {
  Fields fields(request, request.root, "");
  const Value& spec = fields.need("spec");
  if (spec.if_map() == nullptr) throw fields.error("spec", "expected a build spec, a map");
  fields.finish();
  return {request.name + ": spec", compact_json(spec)};
}

ResolveRequest read_resolve_request(const Document& request) {
  Fields fields(request, request.root, "");
  ResolveRequest result{fields.text("artifact"), fields.text_or("root", "")};
  fields.finish();
  return result;
}

Operation hash_operation() {
  return {"hash", "the artifact id of a build spec", [](Session&, const Document& request) {
            return to_value(hash_spec(read_spec_request(request)));
          }};
}

Operation build_operation() {
  return {"build", "build one spec", [](Session& session, const Document& request) {
            BuildResponse response = build_spec(session, read_spec_request(request));
            throw_if_stopped(session);
            return to_value(response);
          }};
}

Operation resolve_operation() {
  return {"resolve", "the directory of an artifact", [](Session& session, const Document& request) {
            return to_value(resolve_artifact(session, read_resolve_request(request)));
          }};
}

} // namespace hdist
