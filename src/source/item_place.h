// item_place.h: where an item lies in a source store, and so in every mirror of it.
#pragma once

#include "model/source_key.h"

#include <optional>
#include <span>
#include <string>

namespace hdist {

/// The directory of a type's items: "packs/tar.gz", "packs/file", "files", "dirs", "git".
std::string item_directory(SourceType type);
/// "packs/tar.gz/<52 characters>"; `key` is full. At "commits/<commit>" is no file, only the note
/// beside it.
std::string item_place(const SourceKey& key);
/// Types of which a SHA-256 of published bytes may be.
std::span<const SourceType> types_of_bytes();

} // namespace hdist
