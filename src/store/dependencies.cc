#include "store/dependencies.h"

#include <map>
#include <set>

namespace hdist {

std::vector<Dependency> dependencies_of(const ArtifactRecord& record) {
  std::map<ArtifactId, Dependency> found;
  const auto at = [&](const ArtifactId& id) -> Dependency& {
    return found.try_emplace(id, Dependency{.id = id}).first->second;
  };
  for (const ArtifactId& id : record.imports)
    at(id).is_build = true;
  for (const ArtifactId& id : record.run)
    at(id).is_run = true;
  if (record.needs)
    for (const ArtifactId& id : *record.needs)
      if (!at(id).is_run) at(id).is_load = true;
  for (const ArtifactId& id : record.references)
    if (!at(id).is_run && !at(id).is_load) at(id).is_name = true;
  std::vector<Dependency> list;
  for (auto& [id, dependency] : found)
    if (id != record.id) list.push_back(std::move(dependency));
  return list;
}

std::vector<DependencyNode>
dependency_graph(const ArtifactId& first,
                 const std::function<std::optional<ArtifactRecord>(const ArtifactId&)>& find,
                 const std::function<bool(const Dependency&)>& wanted) {
  std::vector<DependencyNode> nodes;
  std::vector<ArtifactId> open{first};
  std::set<ArtifactId> seen{first};
  for (std::size_t next = 0; next < open.size(); ++next) {
    const ArtifactId id = open[next];
    DependencyNode node{.id = id, .record = find(id), .dependencies = {}};
    if (node.record)
      for (Dependency& dependency : dependencies_of(*node.record)) {
        if (!wanted(dependency)) continue;
        if (seen.insert(dependency.id).second) open.push_back(dependency.id);
        node.dependencies.push_back(std::move(dependency));
      }
    nodes.push_back(std::move(node));
  }
  return nodes;
}

} // namespace hdist
