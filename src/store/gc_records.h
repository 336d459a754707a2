// gc_records.h: the store as gc sees it: its records, also condemned ones, by name and id. For the
// store's own files.
#pragma once

#include "base/dir.h"
#include "model/artifact_record.h"
#include "store/artifact_store.h"
#include "store/claims.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

/// What gc takes from the store that it works in.
struct GcStore {
  const Dir& dir;
  const std::string& real_path;
  const StoreOptions& options;
  ClaimJudge& judge;
  std::function<bool(uid_t)> trusts;
  std::function<void()> sync_all; // everything written so far is durable

  /// <name>/; nullopt when it is absent, or of an owner who is not trusted.
  std::optional<Dir> open_name(const std::string& name) const;
};

struct GcRecord {
  bool condemned = false; // it has only that name now
  int64_t last_use_s = 0; // the file's mtime
};

/// Every record of a trusted owner, in order.
std::map<ArtifactId, GcRecord> list_records(const GcStore& store);

/// Under whichever of its names it is. nullopt: it is gone. Throws when it cannot be read or is
/// damaged.
std::optional<ArtifactRecord> read_any_record(const Dir& name_dir, const ArtifactId& id);

/// The directories <name>/ of artifacts.
std::vector<std::string> artifact_names(const Dir& store);

/// "<hash32>" and what follows it in the name of a file; nullopt for other names.
struct HashedName {
  std::string hash32;
  std::string end; // ".json", ".record.3", ...
};
std::optional<HashedName> parse_hashed_name(const std::string& file);

} // namespace hdist
