// item_list.h: all items of a source store, and what is no item. For the source store itself.
#pragma once

#include "source/store_files.h"

#include <vector>

namespace hdist {

/// Sorted by key, with those that are not whole. An item was used when it was written, at the
/// least.
std::vector<SourceItem> list_items(const StoreFiles& files);

/// What no item has: unfinished things of a day ago, notes, addresses of what is gone.
LeftoverSources find_leftovers(const StoreFiles& files, bool remove);

} // namespace hdist
