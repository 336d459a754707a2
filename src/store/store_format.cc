#include "store/store_format.h"

#include "base/path.h"
#include "base/text.h"
#include "data/fields.h"
#include "data/json.h"

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

Error too_new(const std::string& code, std::string message) {
  Error error(ErrorKind::refused, code, std::move(message));
  error.advise({.text =
                    "A later release made this store. Nothing of it was read. Use that release, "
                    "or let the launcher of the distribution choose it.",
                .verb = {},
                .args = {}});
  return error;
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

void check_store_json(std::string_view text, const std::string& file) {
  Document document = read_json(file, std::string(text));
  Fields fields(document, document.root, "");
  const Value* version = fields.find("version");
  const Integer* number = version == nullptr ? nullptr : version->if_integer();
  if (number == nullptr) throw fields.error("version", "expected \"version\": 1");
  if (number->text != "1")
    throw too_new("store.unknown-version",
                  fmt::format("{} is of format version {}; this release reads version 1", file,
                              printable(number->text)));
  std::string kind = fields.text("kind");
  if (kind != "artifacts") {
    Error error(ErrorKind::usage, "store.other-kind",
                fmt::format("{} belongs to a store of {}, expected one of artifacts",
                            parent_path(file), printable(kind)));
    error.advise({.text = "Give each store a directory of its own in the configuration.",
                  .verb = {},
                  .args = {}});
    throw error;
  }
  for (const std::string& feature : fields.texts("required"))
    throw too_new("store.unknown-feature",
                  fmt::format("{} requires the feature \"{}\", which this release does not know",
                              file, printable(feature)));
}

void prepare_store(const Dir& dir, const StoreModes& modes, bool durable) {
  std::optional<std::string> text = dir.read_file_if_exists(kStoreFile, kLargestStoreJson);
  if (!text) {
    // Another process may do the same at the same time: then its file is the one, which says the
    // same.
    static_cast<void>(
        dir.link_new_file(kStoreFile, kStoreJson, {.mode = 0444, .durable = durable}));
    text = dir.read_file(kStoreFile, kLargestStoreJson);
  }
  check_store_json(*text, join_path(dir.path(), kStoreFile));
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
