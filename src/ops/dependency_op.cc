#include "ops/dependency_op.h"

#include "base/error.h"
#include "base/text.h"
#include "ops/operation_list.h"

#include <fmt/format.h>

#include <map>

namespace hdist {

namespace {

using FindRecord = std::function<std::optional<ArtifactRecord>(const ArtifactId&)>;

bool is_wanted(const Dependency& dependency, DependencyKind kind) {
  switch (kind) {
  case DependencyKind::all:
    return true;
  case DependencyKind::run:
    return dependency.is_needed();
  case DependencyKind::build:
    return dependency.is_build;
  }
  return false;
}

/// A record that cannot be read is as one that is not there: a damaged one does not hide the rest.
FindRecord finder(Session& session) {
  return [&session](const ArtifactId& id) -> std::optional<ArtifactRecord> {
    try {
      return session.artifacts().find(id);
    } catch (const Error& error) {
      session.events().warning(printable(error.message()));
      return std::nullopt;
    }
  };
}

std::map<ArtifactId, std::vector<Dependency>> dependents(Session& session, DependencyKind kind) {
  std::map<ArtifactId, std::vector<Dependency>> of;
  const FindRecord find = finder(session);
  for (const ArtifactId& id : session.artifacts().list())
    if (const std::optional<ArtifactRecord> record = find(id))
      for (const Dependency& dependency : dependencies_of(*record))
        if (is_wanted(dependency, kind)) {
          Dependency turned = dependency;
          turned.id = id;
          of[dependency.id].push_back(std::move(turned));
        }
  return of;
}

std::vector<Ref> reverse_refs(Session& session, const ArtifactId& id, const RefsRequest& request) {
  const auto of = dependents(session, request.kind);
  std::map<ArtifactId, Dependency> found;
  std::vector<ArtifactId> open{id};
  for (std::size_t next = 0; next < open.size(); ++next) {
    const auto entry = of.find(ArtifactId(open[next]));
    if (entry == of.end()) continue;
    for (const Dependency& dependent : entry->second) {
      const bool is_new = dependent.id != id && found.try_emplace(dependent.id, dependent).second;
      if (is_new && request.all) open.push_back(dependent.id);
    }
  }
  std::vector<Ref> refs;
  refs.reserve(found.size());
  for (auto& [dependent, dependency] : found)
    refs.push_back({std::move(dependency), true});
  return refs;
}

std::vector<Ref> forward_refs(Session& session, const ArtifactId& id, const RefsRequest& request) {
  std::map<ArtifactId, Ref> found;
  const FindRecord find = finder(session);
  const auto wanted = [&](const Dependency& one) { return is_wanted(one, request.kind); };
  if (request.all) {
    for (const DependencyNode& node : dependency_graph(id, find, wanted)) {
      for (const Dependency& dependency : node.dependencies)
        found.try_emplace(dependency.id, Ref{.dependency = dependency});
      if (auto here = found.find(node.id); here != found.end())
        here->second.is_there = node.record.has_value();
    }
  } else if (const std::optional<ArtifactRecord> record = find(id)) {
    for (const Dependency& dependency : dependencies_of(*record))
      if (wanted(dependency))
        found.try_emplace(dependency.id, Ref{.dependency = dependency,
                                             .is_there = find(dependency.id).has_value()});
  }
  std::vector<Ref> refs;
  for (auto& [target, ref] : found)
    if (target != id) refs.push_back(std::move(ref));
  return refs;
}

DependencyKind kind_of(const std::string& text) {
  if (text == "run") return DependencyKind::run;
  if (text == "build") return DependencyKind::build;
  if (text == "all") return DependencyKind::all;
  throw Error(ErrorKind::usage, "artifact.kind",
              fmt::format("dependencies are of kind run, build or all, not '{}'", printable(text)));
}

Value dependency_value(const Dependency& dependency) {
  Value value;
  value.set("id", dependency.id.str());
  value.set("ways", to_value(split(ways_text(dependency), ',')));
  return value;
}

} // namespace

RefsResponse artifact_refs(Session& session, const RefsRequest& request) {
  const ArtifactId id = session.artifact_id(request.artifact);
  return {.id = id,
          .refs = request.reverse ? reverse_refs(session, id, request)
                                  : forward_refs(session, id, request)};
}

TreeResponse artifact_tree(Session& session, const std::string& word, DependencyKind kind) {
  return {dependency_graph(session.artifact_id(word), finder(session),
                           [&](const Dependency& one) { return is_wanted(one, kind); })};
}

std::string ways_text(const Dependency& dependency) {
  std::vector<std::string> ways;
  if (dependency.is_run) ways.emplace_back("run");
  if (dependency.is_load) ways.emplace_back("load");
  if (dependency.is_name) ways.emplace_back("name");
  if (dependency.is_build) ways.emplace_back("build");
  return join(ways, ",");
}

RefsRequest read_refs_request(const Document& request) {
  Fields fields(request, request.root, "");
  RefsRequest result;
  result.artifact = fields.text("artifact");
  result.reverse = fields.flag_or("reverse", false);
  result.all = fields.flag_or("all", false);
  result.kind = kind_of(fields.text_or("kind", "run"));
  fields.finish();
  return result;
}

Value to_value(const RefsResponse& response) {
  Value::List refs;
  for (const Ref& ref : response.refs) {
    Value entry = dependency_value(ref.dependency);
    entry.set("present", ref.is_there);
    refs.push_back(std::move(entry));
  }
  Value value;
  value.set("id", response.id.str());
  value.set("refs", Value(std::move(refs)));
  return value;
}

Value to_value(const TreeResponse& response) {
  Value::List nodes;
  for (const DependencyNode& node : response.nodes) {
    Value::List needs;
    for (const Dependency& dependency : node.dependencies)
      needs.push_back(dependency_value(dependency));
    Value entry;
    entry.set("id", node.id.str());
    entry.set("present", node.record.has_value());
    entry.set("version", node.record ? text_or_null(node.record->version) : Value());
    entry.set("size", node.record ? Value(node.record->size_bytes) : Value());
    entry.set("dependencies", Value(std::move(needs)));
    nodes.push_back(std::move(entry));
  }
  Value value;
  value.set("nodes", Value(std::move(nodes)));
  return value;
}

Operation artifact_refs_operation() {
  return {"artifact-refs", "what an artifact refers to, or what refers to it",
          [](Session& session, const Document& request) {
            return to_value(artifact_refs(session, read_refs_request(request)));
          }};
}

Operation artifact_tree_operation() {
  return {"artifact-tree", "everything that an artifact depends on",
          [](Session& session, const Document& request) {
            Fields fields(request, request.root, "");
            const std::string word = fields.text("artifact");
            const DependencyKind kind = kind_of(fields.text_or("kind", "all"));
            fields.finish();
            return to_value(artifact_tree(session, word, kind));
          }};
}

} // namespace hdist
