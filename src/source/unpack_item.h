// unpack_item.h: one item of a source store into a directory, verified on the way.
#pragma once

#include "base/dir.h"
#include "source/source_store.h"

#include <optional>
#include <stop_token>

namespace hdist {

struct ItemUnpacking {
  std::optional<int> strip;
  std::string file_name = "source"; // of a file: item in the target
};

/// Into the empty `target`, which is of no use to anybody when this throws. Error failed
/// "source.corrupt" when the bytes are not those of the key, whatever else is wrong with them;
/// "source.moved", before anything is written, when the file is not at its place.
void unpack_item(const SourceItem& item, const Dir& target, const ItemUnpacking& how,
                 const std::stop_token& stop);

} // namespace hdist
