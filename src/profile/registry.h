// registry.h: named profiles: a name without slash is looked up in the registry's folders.
#pragma once

#include <string>
#include <vector>

namespace hdist {

/// A word with a slash is a path; else the first folder that has it; for `to_make` the first
/// folder. Error usage "profile.not-found" lists what there is and the nearest name.
std::string profile_path(const std::string& word, const std::vector<std::string>& folders,
                         bool to_make = false);

} // namespace hdist
