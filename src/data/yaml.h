// yaml.h: strict YAML reader with positions and limits, over libfyaml's event parser.
#pragma once

#include "data/json.h"
#include "data/value.h"

#include <string>

namespace hdist {

/// Native files. Plain scalars: ~, null and nothing are null; true and false; what JSON calls a
/// number is an Integer or, with a point or exponent, a Decimal (text kept); everything else (yes,
/// True, 007, +1, 0x1f, .5, 1:30) is a string. A scalar key is taken as its text. Refused, with
/// line, column and the line itself: aliases, anchors, tags, merges, directives, lists and maps as
/// keys, duplicate keys, several documents, tabs as indentation, NUL and other control characters,
/// a lone carriage return, invalid UTF-8, lines over 1 MiB. An empty document is null. Linear time
/// and memory.
Document read_yaml(std::string name, std::string text,
                   const ReadLimits& limits = {.bytes = 16u << 20, .nodes = 500'000, .depth = 100});

} // namespace hdist
