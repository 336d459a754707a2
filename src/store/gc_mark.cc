#include "store/gc_mark.h"

#include <algorithm>
#include <deque>
#include <set>

namespace hdist {

namespace {

class Marker {
public:
  explicit Marker(const NeedsOf& needs_of) : needs_of_(needs_of) {}

  void seed(const MarkSeed& seed, std::size_t number) {
    for (const ArtifactId& id : seed.ids)
      visit(id, {.seed = number, .needed_by = {}});
  }

  /// Breadth first, so that the first way to an artifact is a shortest one.
  void spread() {
    while (!open_.empty()) {
      Found found = std::move(open_.front());
      open_.pop_front();
      Mark mark{.seed = marks_.at(found.id).seed, .needed_by = found.id};
      for (const ArtifactId& need : found.needs)
        visit(need, mark);
    }
  }

  std::map<ArtifactId, Mark> take() { return std::move(marks_); }

private:
  struct Found {
    ArtifactId id;
    std::vector<ArtifactId> needs;
  };

  void visit(const ArtifactId& id, const Mark& mark) {
    if (!asked_.insert(id).second) return;
    std::optional<std::vector<ArtifactId>> needs = needs_of_(id);
    if (!needs) return;
    marks_.emplace(id, mark);
    open_.push_back({id, std::move(*needs)});
  }

  const NeedsOf& needs_of_;
  std::set<ArtifactId> asked_;
  std::map<ArtifactId, Mark> marks_;
  std::deque<Found> open_;
};

} // namespace

std::map<ArtifactId, Mark> mark_needed(const std::vector<MarkSeed>& seeds,
                                       const NeedsOf& needs_of) {
  Marker marker(needs_of);
  for (bool weak : {false, true}) {
    for (std::size_t i = 0; i < seeds.size(); ++i)
      if (seeds[i].weak == weak) marker.seed(seeds[i], i);
    marker.spread();
  }
  return marker.take();
}

std::vector<ArtifactId> dependents_first(const std::vector<ArtifactId>& ids,
                                         const NeedsOf& needs_of) {
  std::set<ArtifactId> unseen(ids.begin(), ids.end());
  std::vector<ArtifactId> order; // needs first, for now
  struct Level {
    ArtifactId id;
    std::vector<ArtifactId> needs;
  };
  std::vector<Level> levels;
  auto enter = [&](const ArtifactId& id) {
    if (unseen.erase(id) != 0)
      levels.push_back({id, needs_of(id).value_or(std::vector<ArtifactId>{})});
  };
  for (const ArtifactId& first : ids) {
    enter(first);
    while (!levels.empty()) {
      if (levels.back().needs.empty()) {
        order.push_back(std::move(levels.back().id));
        levels.pop_back();
      } else {
        ArtifactId next = std::move(levels.back().needs.back());
        levels.back().needs.pop_back();
        enter(next);
      }
    }
  }
  std::reverse(order.begin(), order.end());
  return order;
}

} // namespace hdist
