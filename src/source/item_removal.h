// item_removal.h: how an item goes without robbing anybody. For the source store itself.
//
// The remover condemns the item, sets it aside, and only then looks whether it was used meanwhile.
// Whoever uses it notes that, and then looks whether it is there. So one of them sees the other.
#pragma once

#include "source/store_files.h"

#include <functional>
#include <stop_token>

namespace hdist {

/// Removes the item and its note; when `is_unused` denies that for what is known after the item was
/// set aside, it is put back, and this returns false; so it does when another process is about it.
/// What somebody reads just now stays readable for him, except a commit.
bool remove_item(const StoreFiles& files, const SourceItem& item,
                 const std::function<bool(const SourceItem&)>& is_unused,
                 const std::stop_token& stop);

/// Of an item that is not there: waits while somebody who lives decides about it, seconds at most;
/// what one who died had set aside is put back. False: nobody does, and nothing was.
bool await_verdict(const GitStore& git, const SourceKey& key);

/// Puts back everything that processes which died had set aside; never fails.
void settle_condemned(const StoreFiles& files);

/// Condemnations by processes that died, a day ago or more, which could not be settled.
LeftoverSources condemned_leftovers(const Dir& root, bool remove);

} // namespace hdist
