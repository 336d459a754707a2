// hitpack.h: HashDist's pack of a few files ("files:" keys), ORIGINAL.md 4.4.
#pragma once

#include "model/source_key.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hdist {

using PackFiles = std::vector<std::pair<std::string, std::string>>; // name, bytes

/// Magic HDSTPCK1, then files sorted by (name, content). Error usage for a name that is no safe
/// relative path, or given twice.
std::string write_hitpack(PackFiles files);
/// Error usage "hitpack.invalid" when the bytes are no pack or a name is unsafe.
PackFiles read_hitpack(std::string_view bytes);
SourceKey hitpack_key(std::string_view bytes);

} // namespace hdist
