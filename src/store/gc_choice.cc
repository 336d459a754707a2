#include "store/gc_choice.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace hdist {

namespace {

/// What goes first is the least.
struct Candidate {
  double ms_per_byte = 0;
  int64_t last_use_s = 0;
  std::size_t number = 0; // in the list
  int64_t size_bytes = 0;

  friend bool operator<(const Candidate& a, const Candidate& b) {
    return std::tie(a.ms_per_byte, a.last_use_s, a.number) <
           std::tie(b.ms_per_byte, b.last_use_s, b.number);
  }
};

class Choice {
public:
  Choice(const std::vector<ArtifactId>& garbage, const NeedsOf& needs_of, const CostOf& cost_of)
      : garbage_(garbage), cost_of_(cost_of), needs_(garbage.size()), dependents_(garbage.size()) {
    for (std::size_t i = 0; i < garbage.size(); ++i)
      numbers_.emplace(garbage[i], i);
    for (std::size_t i = 0; i < garbage.size(); ++i)
      add_needs(i, needs_of(garbage[i]).value_or(std::vector<ArtifactId>{}));
  }

  std::vector<ArtifactId> take(int64_t free_bytes) {
    for (std::size_t i = 0; i < garbage_.size(); ++i)
      if (dependents_[i] == 0) offer(i);
    std::set<std::size_t> taken;
    for (int64_t freed = 0; freed < free_bytes && !open_.empty();) {
      const Candidate next = *open_.begin();
      open_.erase(open_.begin());
      freed += next.size_bytes;
      taken.insert(next.number);
      for (std::size_t need : needs_[next.number])
        if (--dependents_[need] == 0) offer(need);
    }
    std::vector<ArtifactId> chosen;
    chosen.reserve(taken.size());
    for (std::size_t number : taken)
      chosen.push_back(garbage_[number]);
    return chosen;
  }

private:
  /// Each once, though a record may name it in several fields.
  void add_needs(std::size_t number, const std::vector<ArtifactId>& needs) {
    std::set<std::size_t> found;
    for (const ArtifactId& need : needs)
      if (auto other = numbers_.find(need); other != numbers_.end() && other->second != number)
        found.insert(other->second);
    for (std::size_t need : found)
      ++dependents_[need];
    needs_[number].assign(found.begin(), found.end());
  }

  void offer(std::size_t number) {
    const GcCost cost = cost_of_(garbage_[number]);
    const auto size = static_cast<double>(std::max<int64_t>(cost.size_bytes, 1));
    open_.insert({.ms_per_byte = static_cast<double>(cost.build_ms) / size,
                  .last_use_s = cost.last_use_s,
                  .number = number,
                  .size_bytes = cost.size_bytes});
  }

  const std::vector<ArtifactId>& garbage_;
  const CostOf& cost_of_;
  std::map<ArtifactId, std::size_t> numbers_;
  std::vector<std::vector<std::size_t>> needs_;
  std::vector<std::size_t> dependents_; // that are not taken
  std::set<Candidate> open_;
};

} // namespace

std::vector<ArtifactId> choose_to_free(const std::vector<ArtifactId>& garbage, int64_t free_bytes,
                                       const NeedsOf& needs_of, const CostOf& cost_of) {
  return Choice(garbage, needs_of, cost_of).take(free_bytes);
}

} // namespace hdist
