#include "ops/artifact_op.h"

#include "base/path.h"
#include "base/text.h"
#include "build/kept_build.h"
#include "data/json.h"
#include "ops/gc_op.h"
#include "ops/operation_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace hdist {

namespace {

constexpr const char* kOwnFolder = "_hashdist";
constexpr const char* kLog = "log.zst";
constexpr std::size_t kShown = 20;

bool is_called(const ArtifactId& id, const std::string& pattern) {
  const std::size_t slash = pattern.find('/');
  if (!glob_match(pattern.substr(0, slash), id.name())) return false;
  return slash == std::string::npos || glob_match(pattern.substr(slash + 1) + "*", id.hash32());
}

bool comes_before(const StoredArtifact& a, const StoredArtifact& b, ArtifactOrder order) {
  switch (order) {
  case ArtifactOrder::name:
    break;
  case ArtifactOrder::size:
    return a.size_bytes > b.size_bytes;
  case ArtifactOrder::built:
    return a.built_at_s > b.built_at_s;
  case ArtifactOrder::used:
    return a.last_use_s > b.last_use_s;
  }
  return a.id < b.id;
}

} // namespace

ArtifactListResponse list_artifacts(Session& session, const ArtifactListRequest& request) {
  Inventory inventory = session.artifacts().inventory(looking_options(session));
  ArtifactListResponse response{.store = session.artifacts().path(),
                                .artifacts = {},
                                .unreadable = std::move(inventory.unreadable)};
  std::set<std::string> unused(request.patterns.begin(), request.patterns.end());
  for (StoredArtifact& artifact : inventory.artifacts) {
    bool is_asked_for = request.patterns.empty();
    for (const std::string& pattern : request.patterns) {
      if (!is_called(artifact.id, pattern)) continue;
      is_asked_for = true;
      unused.erase(pattern);
    }
    if (is_asked_for && !(request.unkept && artifact.kept))
      response.artifacts.push_back(std::move(artifact));
  }
  for (const std::string& pattern : request.patterns)
    if (unused.contains(pattern)) throw session.no_artifact(pattern);
  if (request.order != ArtifactOrder::name)
    std::stable_sort(response.artifacts.begin(), response.artifacts.end(),
                     [&](const StoredArtifact& a, const StoredArtifact& b) {
                       return comes_before(a, b, request.order);
                     });
  return response;
}

namespace {

/// The record of one that is there; not held, since it is only looked at.
ArtifactRecord record_of(Session& session, const std::string& word) {
  const ArtifactId id = session.artifact_id(word);
  std::optional<ArtifactRecord> record = session.artifacts().find(id);
  if (record) return *std::move(record);
  throw Error(ErrorKind::failed, "artifact.no-directory",
              fmt::format("the artifact {} has a record, but its directory in {} is gone", id.str(),
                          session.artifacts().path()));
}

} // namespace

ArtifactInfoResponse artifact_info(Session& session, const std::string& word) {
  ArtifactInfoResponse response{.record = record_of(session, word),
                                .path = {},
                                .log = {},
                                .spec = {},
                                .spec_problem = {},
                                .last_use_s = {}};
  response.path = session.artifacts().path_of(response.record);
  response.last_use_s = session.artifacts().last_use(response.record.id);
  try {
    const Dir own = Dir::open(join_path(response.path, kOwnFolder));
    if (own.exists(kLog)) response.log = join_path(own.path(), kLog);
    response.spec = read_spec(own);
  } catch (const Error& error) {
    response.spec_problem = error.message();
  }
  return response;
}

namespace {

/// Of what `only` some artifacts are kept by: a root, a process or another artifact.
std::string reason_sentence(const GcReason& reason) {
  std::vector<std::string> steps;
  for (const ArtifactId& id : reason.chain)
    steps.push_back(id.short_text() + " needs it");
  if (reason.kind == GcReason::Kind::root) steps.push_back("the root " + printable(reason.text));
  if (reason.kind == GcReason::Kind::process) steps.push_back(reason.text + " uses it");
  return join(steps, ", ");
}

Error needed_error(const GcReport& report) {
  std::vector<std::string> lines;
  std::set<std::string> dependents;
  for (const GcKept& kept : report.kept) {
    lines.push_back(kept.id.short_text() + ": " + reason_sentence(kept.reason));
    if (kept.reason.kind == GcReason::Kind::artifact)
      dependents.insert(kept.reason.chain.back().short_text());
  }
  const std::string what = report.removed.empty()
                               ? "nothing was removed"
                               : fmt::format("{} were removed, these stay", report.removed.size());
  Error error(ErrorKind::refused, "artifact.needed",
              fmt::format("{}, because something needs it:\n  {}", what,
                          join_first(kShown, lines, "\n  ")));
  if (!dependents.empty())
    error.advise(
        {.text = fmt::format(
             "Name those that need it too, if they may go: {}.",
             join_first(kShown, std::vector<std::string>(dependents.begin(), dependents.end()),
                        " ")),
         .verb = {},
         .args = {}});
  else
    error.advise(
        {.text = "to see how", .verb = "why", .args = {"--kept", report.kept[0].id.short_text()}});
  return error;
}

Error others_error(const GcReport& report, const std::string& store) {
  std::vector<std::string> names;
  for (const ArtifactId& id : report.theirs)
    names.push_back(id.short_text());
  return {ErrorKind::refused, "artifact.others",
          fmt::format("nothing was removed: {} in {} belongs to another user; only that user and "
                      "root remove it",
                      join_first(kShown, names, ", "), store)};
}

} // namespace

ArtifactRemoveResponse remove_artifacts(Session& session, const ArtifactRemoveRequest& request) {
  if (request.words.empty())
    throw Error(ErrorKind::usage, "artifact.nothing-named",
                "no artifact is named that is to be removed");
  std::set<ArtifactId> ids;
  for (const std::string& word : request.words)
    ids.insert(session.artifact_id(word));
  GcOptions options = looking_options(session);
  options.dry_run = request.dry_run;
  options.ignore_unreadable = request.ignore_unreadable;
  options.grace_s = kShortestGrace;
  options.only = ids;
  GcReport report = session.artifacts().collect(options, session.events(), session.stop());
  const std::string& store = session.artifacts().path();
  if (!report.kept.empty()) throw needed_error(report);
  if (!report.theirs.empty()) throw others_error(report, store);
  if (!report.failures.empty())
    throw Error(ErrorKind::failed, "artifact.not-removed",
                "not removed: " + join_first(kShown, report.failures, "\n  "));
  return {.dry_run = request.dry_run, .store = store, .removed = std::move(report.removed)};
}

ArtifactOrder artifact_order(const std::string& text) {
  if (text == "name") return ArtifactOrder::name;
  if (text == "size") return ArtifactOrder::size;
  if (text == "built") return ArtifactOrder::built;
  if (text == "used") return ArtifactOrder::used;
  throw Error(ErrorKind::usage, "artifact.order",
              fmt::format("artifacts are listed by name, size, built or used, not by '{}'",
                          printable(text)));
}

ArtifactListRequest read_artifact_list_request(const Document& request) {
  Fields fields(request, request.root, "");
  ArtifactListRequest result;
  result.patterns = fields.texts("patterns");
  result.order = artifact_order(fields.text_or("order", "name"));
  result.unkept = fields.flag_or("unkept", false);
  fields.finish();
  return result;
}

std::string read_artifact_request(const Document& request) {
  Fields fields(request, request.root, "");
  std::string word = fields.text("artifact");
  fields.finish();
  return word;
}

ArtifactRemoveRequest read_artifact_remove_request(const Document& request) {
  Fields fields(request, request.root, "");
  ArtifactRemoveRequest result;
  result.words = fields.texts("artifacts");
  result.dry_run = fields.flag_or("dry_run", false);
  result.ignore_unreadable = fields.flag_or("ignore_unreadable", false);
  fields.finish();
  return result;
}

namespace {

Value spec_value(const BuildSpec& spec) {
  Value::List imports, sources;
  for (const SpecImport& import : spec.imports()) {
    Value entry;
    entry.set("id", import.id);
    entry.set("ref", import.ref ? Value(*import.ref) : Value());
    imports.push_back(std::move(entry));
  }
  for (const SpecSource& source : spec.sources()) {
    Value entry;
    entry.set("key", source.key.str());
    entry.set("target", source.target);
    sources.push_back(std::move(entry));
  }
  Value value;
  value.set("imports", Value(std::move(imports)));
  value.set("sources", Value(std::move(sources)));
  return value;
}

} // namespace

Value to_value(const ArtifactListResponse& response) {
  Value::List list;
  for (const StoredArtifact& artifact : response.artifacts) {
    Value value;
    value.set("id", artifact.id.str());
    value.set("version", text_or_null(artifact.version));
    value.set("size", artifact.size_bytes);
    value.set("built", artifact.built_at_s);
    value.set("last_use", artifact.last_use_s);
    Value kept;
    if (artifact.kept) set_reason(kept, *artifact.kept);
    value.set("kept", std::move(kept));
    list.push_back(std::move(value));
  }
  Value value;
  value.set("store", response.store);
  value.set("artifacts", Value(std::move(list)));
  value.set("unreadable", to_value(response.unreadable));
  return value;
}

Value to_value(const ArtifactInfoResponse& response) {
  const ArtifactRecord& record = response.record;
  Value value;
  value.set("id", record.id.str());
  value.set("version", text_or_null(record.version));
  value.set("path", response.path);
  value.set("other_store", record.other_store ? Value(*record.other_store) : Value());
  value.set("size", record.size_bytes);
  value.set("files", record.file_count);
  value.set("digest", record.files.base32());
  value.set("built", record.built_at_s);
  value.set("built_on", text_or_null(record.built_on));
  value.set("last_use", response.last_use_s ? Value(*response.last_use_s) : Value());
  value.set("wall_ms", record.wall_ms);
  value.set("cpu_ms", record.cpu_ms);
  value.set("peak_memory", record.peak_memory_bytes);
  value.set("isolation", text_or_null(record.isolation));
  value.set("platform", record.platform ? to_value(*record.platform) : Value());
  Value toolchain = Value::map();
  for (const auto& [role, tool] : record.toolchain)
    toolchain.set(role, tool);
  value.set("toolchain", std::move(toolchain));
  value.set("imports", ids_value(record.imports));
  value.set("run", ids_value(record.run));
  value.set("references", ids_value(record.references));
  value.set("needs", record.needs ? ids_value(*record.needs) : Value());
  value.set("log", text_or_null(response.log));
  value.set("spec", response.spec ? spec_value(*response.spec) : Value());
  value.set("spec_problem", text_or_null(response.spec_problem));
  return value;
}

Value to_value(const ArtifactRemoveResponse& response) {
  Value::List removed;
  for (const GcRemoved& one : response.removed) {
    Value entry;
    entry.set("id", one.id.str());
    entry.set("size", one.size_bytes);
    entry.set("last_use", one.last_use_s);
    removed.push_back(std::move(entry));
  }
  Value value;
  value.set("dry_run", response.dry_run);
  value.set("store", response.store);
  value.set("removed", Value(std::move(removed)));
  return value;
}

Operation artifact_list_operation() {
  return {"artifact-list", "what is in the artifact store",
          [](Session& session, const Document& request) {
            return to_value(list_artifacts(session, read_artifact_list_request(request)));
          }};
}

Operation artifact_info_operation() {
  return {"artifact-info", "all that is known of an artifact",
          [](Session& session, const Document& request) {
            return to_value(artifact_info(session, read_artifact_request(request)));
          }};
}

Operation artifact_remove_operation() {
  return {"artifact-rm", "remove artifacts that nothing needs",
          [](Session& session, const Document& request) {
            return to_value(remove_artifacts(session, read_artifact_remove_request(request)));
          }};
}

} // namespace hdist
