// retention.h: how long a source is kept: by its tags, else by its type.
#pragma once

#include "source/source_store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// One setting keep-NAME of [sources].
struct RetentionRule {
  std::string name;    // a tag, or a type of sources ("targz" too)
  int64_t keep_s = -1; // after the last use; -1: for ever
  std::string text;    // as the setting says it: "1 week"
};

/// The rule that keeps the item longest: of its tags when one of them has a rule, else of its type.
/// Without any it is kept for ever.
RetentionRule rule_of(const SourceItem& item, const std::vector<RetentionRule>& rules);

/// Why this cannot be a tag ("tar.gz": a tag may not be called like a type); nullopt: it can.
std::optional<std::string> bad_tag(std::string_view tag);

} // namespace hdist
