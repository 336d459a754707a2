// store_holder.h: changes in a source store that may be another user's. For the store itself.
#pragma once

#include "base/dir.h"

#include <string>

namespace hdist {

/// The directory that `name` is in. A store of another user, as one that root fills, does not lead
/// out of itself: he may put a link there at any moment, so no part is followed when it is one.
Dir holder_of(const Dir& root, const std::string& name);
/// Dir::rename() and Dir::rename_new(), between such directories.
void rename_in(const Dir& root, const std::string& from, const std::string& to);
[[nodiscard]] bool rename_new_in(const Dir& root, const std::string& from, const std::string& to);

} // namespace hdist
