#include "ops/check_op.h"

#include "base/path.h"
#include "base/text.h"
#include "build/kept_build.h"
#include "data/json.h"
#include "ops/operation_list.h"

#include <fmt/format.h>

namespace hdist {

namespace {

ArtifactRecord built_record(Session& session, const CheckRequest& request) {
  if (!request.spec) return session.one_artifact(request.artifact);
  const ArtifactId id = hash_spec(*request.spec).id;
  session.artifacts().hold({id});
  if (std::optional<ArtifactRecord> record = session.artifacts().find(id))
    return *std::move(record);
  Error error(ErrorKind::usage, "artifact.not-found",
              fmt::format("{} is not built yet, so there is nothing to compare with", id.str()));
  error.advise({.text = "first", .verb = "build", .args = {request.spec->name}});
  throw error;
}

} // namespace

CheckResponse check_build(Session& session, const CheckRequest& request) {
  ArtifactStore& store = session.artifacts();
  const ArtifactRecord record = built_record(session, request);
  CheckResponse response{
      .id = record.id, .path = store.path_of(record), .kept = {}, .differences = {}, .failure = {}};
  const BuildSpec spec = request.spec
                             ? BuildSpec::read(read_json(request.spec->name, request.spec->text))
                             : read_spec(Dir::open(join_path(response.path, "_hashdist")));
  std::variant<Attempt, Busy> claimed =
      store.claim_beside(record.id, [&](const Attempt& attempt, const ArtifactRecord&) {
        response.differences =
            compare_trees(Dir::open(response.path), record.directory, Dir::open(attempt.path()),
                          attempt.directory(), session.stop());
        if (!request.keep) return false;
        store.keep_compared(attempt);
        response.kept = attempt.path();
        return true;
      });
  if (std::holds_alternative<Busy>(claimed))
    throw Error(ErrorKind::failed, "artifact.busy",
                fmt::format("another process builds {} just now", record.id.str()));
  Publisher publisher(store);
  BuildOutcome outcome = session.builder_for(publisher)->build_at(
      spec, std::get<Attempt>(std::move(claimed)), session.stop());
  throw_if_stopped(session);
  if (BuildFailure* failure = std::get_if<BuildFailure>(&outcome))
    response.failure = std::move(*failure);
  else
    publisher.barrier(); // compares
  return response;
}

CheckRequest read_check_request(const Document& request) {
  Fields fields(request, request.root, "");
  CheckRequest result;
  result.artifact = fields.text_or("artifact", "");
  if (const Value* spec = fields.find("spec"); spec != nullptr && !spec->is_null())
    result.spec = SpecRequest{"spec", pretty_json(*spec)};
  result.keep = fields.flag_or("keep", false);
  fields.finish();
  if (result.artifact.empty() != result.spec.has_value())
    throw fields.error("artifact", "expected an artifact or a spec, one of the two");
  return result;
}

namespace {

std::string hex(const std::string& bytes) {
  std::string text;
  for (unsigned char byte : bytes)
    text += fmt::format("{:02x}", byte);
  return text;
}

} // namespace

Value to_value(const CheckResponse& response) {
  Value::List list;
  for (const TreeDifference& one : response.differences) {
    Value entry;
    entry.set("path", one.path);
    entry.set("what", one.what);
    entry.set("detail", one.detail);
    entry.set("offset", one.bytes ? Value(one.bytes->offset) : Value());
    entry.set("first", one.bytes ? Value(hex(one.bytes->first)) : Value());
    entry.set("second", one.bytes ? Value(hex(one.bytes->second)) : Value());
    entry.set("names_itself", one.names_itself);
    list.push_back(std::move(entry));
  }
  Value value;
  value.set("id", response.id.str());
  value.set("path", response.path);
  value.set("equal", response.is_equal());
  value.set("differences", Value(std::move(list)));
  value.set("kept", text_or_null(response.kept));
  value.set("failure", response.failure ? to_value(*response.failure) : Value());
  return value;
}

Operation build_check_operation() {
  return {"build-check", "build an artifact once more and compare",
          [](Session& session, const Document& request) {
            return to_value(check_build(session, read_check_request(request)));
          }};
}

} // namespace hdist
