#include "store/inventory.h"

#include "store/gc_roots.h"
#include "store/store_state.h"

namespace hdist {

Inventory ArtifactStore::inventory(const GcOptions& options) {
  GcOptions looking = options;
  looking.dry_run = true;
  const GcStore store = state_->for_gc();
  RootSurvey survey(store, looking);
  const std::map<ArtifactId, GcRecord> records = list_records(store);
  RootSurvey::Reached reached = survey.look(records);
  Inventory inventory;
  inventory.unreadable = std::move(reached.unreadable);
  inventory.artifacts.reserve(records.size());
  for (const auto& [id, record] : records) {
    const RootSurvey::Facts& facts = survey.facts_of(id);
    inventory.artifacts.push_back({.id = id,
                                   .version = facts.version,
                                   .size_bytes = facts.size_bytes,
                                   .built_at_s = facts.built_at_s,
                                   .last_use_s = reached.last_uses.at(id),
                                   .kept = reached.reason_of(id)});
  }
  return inventory;
}

} // namespace hdist
