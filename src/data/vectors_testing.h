// vectors_testing.h: what HashDist did, as JSON files below tests/golden.
#pragma once

#include "data/json.h"
#include "testing/golden_testing.h"

#include <string>
#include <string_view>

namespace hdist {

inline Value golden_json(const std::string& name) {
  return read_json(name, read_file(golden_path(name)), {.allow_nul = true}).root;
}

/// Of a map that has it as a text.
inline const std::string& text_of(const Value& map, std::string_view key) {
  return *map.find(key)->if_string();
}

} // namespace hdist
