// json.h: strict JSON reader with positions and limits; the canonical and two readable writers.
#pragma once

#include "data/value.h"

#include <string>
#include <string_view>

namespace hdist {

struct ReadLimits {
  std::size_t bytes = 64u << 20;
  std::size_t nodes = 4'000'000;
  int depth = 200;        // at most 1000: values are destroyed, compared and written by recursion
  bool allow_nul = false; // \u0000 in a string; only for texts that never become a path, an
                          // argument or an environment
};

/// Refuses duplicate keys, NUL characters, invalid UTF-8, lone surrogates, trailing text, NaN, and
/// what passes the limits. A number with a point or exponent becomes a Decimal. Throws as
/// document_error does (kind usage).
Document read_json(std::string name, std::string text, const ReadLimits& limits = {});
/// For documents that this program wrote itself: same rules, positions kept too.
Value parse_json(std::string_view text, std::string_view name);

/// HashDist's canonical JSON (ORIGINAL.md 3): no spaces, keys sorted by code point, all outside
/// printable ASCII as \uXXXX. Throws Error usage "document.decimal" when a Decimal is met.
std::string canonical_json(const Value& value);
/// Two spaces indent, keys in the order of the value, UTF-8 kept, final newline. Decimals as
/// written.
std::string pretty_json(const Value& value);
/// One line, UTF-8 kept, order of the value.
std::string compact_json(const Value& value);

} // namespace hdist
