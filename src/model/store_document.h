// store_document.h: store.json, which says what kind of store a directory is.
#pragma once

#include <string>
#include <string_view>

namespace hdist {

enum class StoreKind { artifacts, sources };

/// What a new store.json says.
std::string store_json(StoreKind kind);
/// Error when `text`, the content of `file`, is of another kind (usage "store.other-kind"), of a
/// later version or with features that this program does not know (refused
/// "store.unknown-version", "store.unknown-feature").
void check_store_json(std::string_view text, const std::string& file, StoreKind kind);

} // namespace hdist
