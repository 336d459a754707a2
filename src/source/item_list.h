// item_list.h: all items of a source store: listed, verified. For the source store itself.
#pragma once

#include "source/store_files.h"

#include <stop_token>
#include <vector>

namespace hdist {

/// Sorted by key. An item was used when it was written, at the least.
std::vector<SourceItem> list_items(const StoreFiles& files);

/// Items whose file has another size than its note says, sorted by key.
std::vector<SourceItem> list_cut_off(const StoreFiles& files);

/// Reads all of it. Error failed "source.corrupt".
void verify_item(const StoreFiles& files, const SourceItem& item, const std::stop_token& stop);

/// What no item has: unfinished things of a day ago, notes, addresses of what is gone.
LeftoverSources find_leftovers(const StoreFiles& files, bool remove);

} // namespace hdist
