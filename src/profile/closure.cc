#include "profile/closure.h"

#include "base/error.h"

#include <fmt/format.h>

#include <set>

namespace hdist {

namespace {

std::set<ArtifactId> needs_of(const ArtifactRecord& record) {
  const std::vector<ArtifactId>& list = record.needs ? *record.needs : record.references;
  std::set<ArtifactId> needs(record.run.begin(), record.run.end());
  needs.insert(list.begin(), list.end());
  for (const auto& [name, id] : record.install.dependencies)
    needs.insert(id);
  return needs;
}

/// Depth first over what artifacts need, names in order, each once.
class ClosureWalk {
public:
  ClosureWalk(const std::vector<ArtifactId>& requested, const FindArtifact& find,
              const Platform& machine)
      : requested_(requested.begin(), requested.end()), find_(find), machine_(machine) {}

  Members walk() {
    for (const ArtifactId& id : requested_)
      visit(id, "");
    return std::move(order_);
  }

private:
  void visit(const ArtifactId& id, const std::string& asker) {
    if (!seen_.insert(id).second) return;
    std::optional<FoundArtifact> found = find_(id);
    if (!found)
      throw Error(ErrorKind::failed, "profile.missing-artifact",
                  fmt::format("the artifact {} is not in the store{}", id.str(),
                              asker.empty() ? "" : fmt::format("; {} refers to it", asker)));
    if (found->record.platform)
      if (std::optional<std::string> why = why_foreign(*found->record.platform, machine_))
        throw Error(ErrorKind::refused, "profile.foreign-platform",
                    fmt::format("{} cannot run on this machine: {}", id.str(), *why));
    for (const ArtifactId& need : needs_of(found->record))
      visit(need, id.str());
    order_.emplace_back(std::move(*found), requested_.contains(id));
  }

  std::set<ArtifactId> requested_;
  const FindArtifact& find_;
  const Platform& machine_;
  std::set<ArtifactId> seen_;
  Members order_;
};

} // namespace

Members closure(const std::vector<ArtifactId>& requested, const FindArtifact& find,
                const Platform& machine) {
  return ClosureWalk(requested, find, machine).walk();
}

} // namespace hdist
