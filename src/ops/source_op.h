// source_op.h: `source list|info|verify|rm`: what is in the source store.
#pragma once

#include "ops/operation.h"

#include <string>
#include <utility>
#include <vector>

namespace hdist {

struct SourceRequest {
  std::vector<std::string> words; // keys, or their beginnings of 4 characters or more
  bool dry_run = false;           // of remove_sources()
  bool repair = false;            // of verify_sources()
};

struct SourceResponse {
  std::string store;
  std::vector<SourceItem> sources;                   // by key
  std::vector<std::pair<SourceItem, Error>> damaged; // found by verify_sources(), and still so
  std::vector<std::pair<SourceItem, Error>> unread;  // by it: what they are worth cannot be said
  std::vector<SourceItem> repaired;                  // by verify_sources()
};

/// Those that are meant; without words all. Errors usage "source.not-found", "source.ambiguous".
SourceResponse list_sources(Session& session, const SourceRequest& request);
/// Reads all of each and compares it with its key. To repair: what is damaged is fetched again from
/// the mirrors and the addresses that gave it.
SourceResponse verify_sources(Session& session, const SourceRequest& request);
/// nullopt: it is whole again, from a mirror or an address that gave it; else `damage`, and why
/// not.
std::optional<Error> mend_source(Session& session, const SourceItem& item, const Error& damage);
/// At least one word is needed.
SourceResponse remove_sources(Session& session, const SourceRequest& request);

/// {"keys": [...]}, and a flag: "dry_run" or "repair", or none ("")
SourceRequest read_source_request(const Document& request, const std::string& flag);
/// {"key", "size", "urls": [{"url", "time"}], "tags", "last_use", "path", "tree": KEY or null}
Value source_value(const SourceItem& item);
Value to_value(const SourceResponse& response);

} // namespace hdist
