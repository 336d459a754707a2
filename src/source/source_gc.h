// source_gc.h: the collection of sources: what is past its time goes.
#pragma once

#include "source/retention.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

struct SourceGcOptions {
  std::vector<RetentionRule> rules;
  bool dry_run = false;
  std::optional<int64_t> now_s; // seconds since 1970; nullopt: the clock
};

struct SourceGcItem {
  SourceItem item;
  RetentionRule rule;              // that decided, unless one of these did
  bool others = false;             // another user brought it, who is to decide about it
  bool in_use = false;             // within the last minutes, or since a living process began
  std::optional<SourceKey> parent; // the commit whose submodule it is
};

struct SourceGcReport {
  std::vector<SourceGcItem> removed, kept; // by key
  LeftoverSources leftovers;
  int64_t freed_bytes = 0; // of commits: what the repositories shrank, as far as it goes at once
  std::vector<std::string> failures;
};

/// Safe beside fetching and unpacking in any process: what was used lately, or since
/// the oldest of them began, stays, whatever the rules say; what is used meanwhile is put back.
SourceGcReport collect_sources(const SourceStore& store, const SourceGcOptions& options,
                               const std::stop_token& stop = {});

} // namespace hdist
