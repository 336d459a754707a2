// schema.h: whether a value is what a JSON Schema describes, and everything in which it is not.
#pragma once

#include "data/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace hdist {

struct SchemaProblem {
  std::string path; // "build.import[0].id"; "" is the whole
  Position position;
  std::string message; // "expected a string, found a list"
  friend bool operator==(const SchemaProblem&, const SchemaProblem&) = default;
};

/// The part of JSON Schema (2020-12) that the installed schemas use: type, enum, const, properties,
/// patternProperties, additionalProperties, required, items, prefixItems, minItems, maxItems,
/// minimum, maximum, minLength, maxLength, pattern, anyOf, if/then/else, and $ref within the
/// schema. `start` is where in the schema to begin ("#/$defs/rule"). At most 50 problems. Throws
/// Error(failed, "schema.unknown") when the schema says anything else: nothing is passed over.
std::vector<SchemaProblem> schema_problems(const Value& schema, const Value& value,
                                           std::string_view start = "#");

} // namespace hdist
