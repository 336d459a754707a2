// parameters.h: `{{name}}` in parsed values.
#pragma once

#include "data/fields.h"
#include "data/value.h"

#include <map>
#include <string>

namespace hdist {

using Parameters = std::map<std::string, Value>;

/// Replaces `{{name}}` in every string of `value`. A string that is only one reference takes the
/// parameter's type; a list that stands for an item of a list is spliced; elsewhere strings,
/// integers, decimals and booleans are put in as text. Unknown names are document errors at the
/// value's position with the nearest known name.
Value replace_parameters(const Document& document, const Value& value, const Parameters& parameters,
                         const std::string& path);

} // namespace hdist
