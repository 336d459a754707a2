#include "ops/kept_op.h"

#include "base/error.h"
#include "ops/artifact_op.h"
#include "ops/gc_op.h"
#include "ops/operation_list.h"

#include <algorithm>

namespace hdist {

namespace {

StoredArtifact of_inventory(Session& session, Inventory& inventory, const ArtifactId& id) {
  const auto found =
      std::find_if(inventory.artifacts.begin(), inventory.artifacts.end(),
                   [&](const StoredArtifact& artifact) { return artifact.id == id; });
  if (found == inventory.artifacts.end()) throw session.no_artifact(id.str());
  return std::move(*found);
}

} // namespace

KeptResponse why_kept(Session& session, const std::string& word) {
  const ArtifactId id = session.artifact_id(word);
  std::set<std::string> old;
  GcOptions options = looking_options(session, &old);
  Inventory inventory = session.artifacts().inventory(options);
  KeptResponse response{.artifact = of_inventory(session, inventory, id),
                        .unreadable = std::move(inventory.unreadable)};
  const std::optional<GcReason>& kept = response.artifact.kept;
  if (kept && kept->kind == GcReason::Kind::recent && options.keep_unreferenced_s >= 0)
    response.until_s = kept->last_use_s + options.keep_unreferenced_s;
  response.root_goes = kept && kept->kind == GcReason::Kind::root && old.contains(kept->text);
  if (response.root_goes) {
    options.except = std::move(old);
    Inventory later = session.artifacts().inventory(options);
    response.afterwards = of_inventory(session, later, id).kept;
  }
  return response;
}

Value to_value(const KeptResponse& response) {
  const StoredArtifact& artifact = response.artifact;
  Value kept, afterwards;
  if (artifact.kept) set_reason(kept, *artifact.kept);
  if (response.afterwards) set_reason(afterwards, *response.afterwards);
  Value value;
  value.set("id", artifact.id.str());
  value.set("size", artifact.size_bytes);
  value.set("last_use", artifact.last_use_s);
  value.set("kept", std::move(kept));
  value.set("until", response.until_s ? Value(*response.until_s) : Value());
  value.set("root_goes", response.root_goes);
  value.set("afterwards", std::move(afterwards));
  value.set("unreadable", to_value(response.unreadable));
  return value;
}

Operation why_kept_operation() {
  return {"why-kept", "what keeps an artifact from being collected",
          [](Session& session, const Document& request) {
            return to_value(why_kept(session, read_artifact_request(request)));
          }};
}

} // namespace hdist
