// publisher.h: finished builds become artifacts in batches: one sync for all, then their records
// (DESIGN.md 6, rule 5).
#pragma once

#include "store/artifact_store.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hdist {

/// A dependent may start on what pending() gives, but its own record is linked only in a batch
/// after the one that made its imports' records durable. One thread of its own.
class Publisher {
public:
  explicit Publisher(ArtifactStore& store);
  ~Publisher(); // publishes what was submitted; errors are lost, so call barrier()
  /// Returns at once.
  void submit(Attempt attempt, ArtifactRecord record);
  /// Finished in this run, published or not.
  std::optional<ArtifactRecord> pending(const ArtifactId& id) const;
  /// Returns when everything submitted so far is published and durable; throws the first error.
  void barrier();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace hdist
