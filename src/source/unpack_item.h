// unpack_item.h: one item of a source store into a directory, verified on the way.
#pragma once

#include "base/dir.h"
#include "source/source_store.h"

#include <optional>
#include <stop_token>

namespace hdist {

/// Into the empty `target`, which is of no use to anybody when this throws. Error failed
/// "source.corrupt" when the bytes are not those of the key, whatever else is wrong with them.
void unpack_item(const SourceItem& item, const Dir& target, std::optional<int> strip,
                 const std::stop_token& stop);

} // namespace hdist
