// founding_spec.h: the founding page's form of a build spec, mapped onto the build spec
// (docs/founding-spec.md).
#pragma once

#include "data/value.h"

#include <string>

namespace hdist {

/// A map with "command" and without "build".
bool is_founding_spec(const Value& spec);

/// The build spec that it stands for; values keep their positions. `path` is where `spec` stands in
/// `document`. Errors show the line, by the names of the form that was given. The member
/// "nohash_founding" keeps what was given, for the job's build.json.
Value map_founding_spec(const Document& document, const Value& spec, const std::string& path);

/// What the job finds in build.json: the form that was given, with the ids that were filled in.
/// Null for a spec that was not mapped.
Value founding_form(const Value& build_spec);

} // namespace hdist
