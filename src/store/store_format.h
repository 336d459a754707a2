// store_format.h: what makes a directory an artifact store: its path, store.json, roots/, modes.
// For the store's own files.
#pragma once

#include "base/dir.h"
#include "base/error.h"

#include <string>

namespace hdist {

constexpr const char* kStoreFile = "store.json";
constexpr const char* kRootsDir = "roots"; // is_valid_name() refuses it

struct StoreModes {
  mode_t shared_dir = 0755; // the store itself and <name>/: made by whoever comes first
  mode_t roots_dir = 0755;
};
StoreModes store_modes(bool group);

/// Error usage "store.bad-path" when packages could not be built below `path`.
void check_store_path(const std::string& path);
/// Writes store.json when absent (any number of processes at once), and a reserve for gc with it;
/// checks it, makes roots/.
void prepare_store(const Dir& dir, const StoreModes& modes, bool durable);

/// Rethrows inside a catch block: a refused write becomes "store.not-writable", which names the
/// store and what to do.
[[noreturn]] void throw_from_writing(const std::string& store, const Error& error);

} // namespace hdist
