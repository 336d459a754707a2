#include "ops/build_op.h"

#include "build/job_check.h"
#include "data/json.h"
#include "ops/operation_list.h"
#include "ops/schema_op.h"

#include <fmt/format.h>

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

/// Never replaces anything but a symlink.
void make_root_link(Session& session, const std::string& link, const std::string& artifact) {
  std::string path = absolute_path(link);
  Dir parent = Dir::open(parent_path(path));
  std::string name = base_name(path);
  if (parent.exists(name) && !parent.read_link(name))
    throw Error(ErrorKind::refused, "root.in-the-way",
                fmt::format("{} exists and is no symlink; it is left alone", path));
  session.artifacts().add_root(path); // first: nothing that the link leads to may go meanwhile
  parent.replace_symlink(artifact, name);
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
