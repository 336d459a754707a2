// copy_item.h: an item of one source store into another.
#pragma once

#include "source/source_store.h"

#include <stop_token>

namespace hdist {

/// Verified on the way, with the addresses that are said to give it. False: it was there already.
/// Errors: failed "source.corrupt", "source.moved"; usage "source.not-a-file" for a commit.
bool copy_item(const SourceItem& item, const SourceStore& to, const std::stop_token& stop = {});

} // namespace hdist
