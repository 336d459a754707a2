// toml.h: TOML text as values, for the files of makers of distributions.
#pragma once

#include "data/value.h"

#include <string>

namespace hdist {

/// Tables, arrays, strings, booleans and integers; numbers with a point and dates are refused, as
/// nothing of ours has them. At most 1 MiB. Errors name line and column.
Document read_toml(std::string name, std::string text);

} // namespace hdist
