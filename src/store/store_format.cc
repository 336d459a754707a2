#include "store/store_format.h"

#include "base/path.h"
#include "base/text.h"
#include "model/store_document.h"
#include "store/gc_claim.h"

#include <fmt/format.h>

#include <cerrno>

namespace hdist {

namespace {

constexpr int64_t kLargestStoreJson = 1 << 16;

bool is_build_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._/+@~-").find(c) != std::string_view::npos;
}

std::string describe(char c) {
  if (c == ' ') return "a space";
  if (static_cast<unsigned char>(c) >= 0x80) return "a character outside ASCII";
  if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "a control character";
  return fmt::format("\"{}\"", c);
}

} // namespace

StoreModes store_modes(bool group) {
  // Where several write, the sticky bit keeps each from removing what is another's.
  return group ? StoreModes{.shared_dir = 03775, .roots_dir = 01777} : StoreModes{};
}

// '%' and '=' are special to make (patterns, variables), ',' to the linker's options, ':' to every
// list of paths.
void check_store_path(const std::string& path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (is_build_safe(path[i])) continue;
    Error error(ErrorKind::usage, "store.bad-path",
                fmt::format("the path of the artifact store, \"{}\", has {} at position {}: "
                            "packages cannot be built there, because make, shells, linkers or "
                            "lists of paths would misread it; expected only letters and digits of "
                            "ASCII and . _ / + @ ~ -",
                            printable(path), describe(path[i]), i + 1));
    error.advise({.text = "Set `store` in section [builder] of the configuration to another path.",
                  .verb = {},
                  .args = {}});
    throw error;
  }
}

void prepare_store(const Dir& dir, const StoreModes& modes, bool durable) {
  std::optional<std::string> text = dir.read_file_if_exists(kStoreFile, kLargestStoreJson);
  if (!text) {
    // Another process may do the same at the same time: then its file is the one, which says the
    // same.
    static_cast<void>(dir.link_new_file(kStoreFile, store_json(StoreKind::artifacts),
                                        {.mode = 0444, .durable = durable}));
    keep_gc_reserve(dir);
    text = dir.read_file(kStoreFile, kLargestStoreJson);
  }
  check_store_json(*text, join_path(dir.path(), kStoreFile), StoreKind::artifacts);
  if (dir.exists(kRootsDir)) return;
  try {
    dir.make_dir(kRootsDir, modes.roots_dir);
  } catch (const Error& error) {
    if (error.system_errno() != EROFS && error.system_errno() != EACCES) throw;
  }
}

void throw_from_writing(const std::string& store, const Error& error) {
  int number = error.system_errno();
  if (number != EACCES && number != EPERM && number != EROFS) throw error;
  Error refused(ErrorKind::failed, "store.not-writable",
                fmt::format("the artifact store {} cannot be written: {}", store, error.message()));
  for (const std::string& task : error.tasks())
    refused.during(task);
  refused.advise({.text = "Set `store` in section [builder] of the configuration to a directory of "
                          "your own.",
                  .verb = {},
                  .args = {}});
  throw refused;
}

} // namespace hdist
