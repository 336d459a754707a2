#include "model/store_document.h"

#include "base/path.h"
#include "base/text.h"
#include "data/fields.h"
#include "data/json.h"

#include <fmt/format.h>

namespace hdist {

namespace {

const char* kind_text(StoreKind kind) {
  return kind == StoreKind::artifacts ? "artifacts" : "sources";
}

Error too_new(const std::string& code, std::string message) {
  Error error(ErrorKind::refused, code, std::move(message));
  error.advise({.text = "A later release made this store. Nothing of it was read. Use that release "
                        "(the launcher of a distribution chooses it), or another directory.",
                .verb = {},
                .args = {}});
  return error;
}

} // namespace

std::string store_json(StoreKind kind) {
  return fmt::format("{{\"version\":1,\"kind\":\"{}\",\"required\":[],\"optional\":[]}}\n",
                     kind_text(kind));
}

void check_store_json(std::string_view text, const std::string& file, StoreKind kind) {
  Document document = read_json(file, std::string(text));
  Fields fields(document, document.root, "");
  const Integer* number = fields.need("version").if_integer();
  if (number == nullptr) throw fields.error("version", "expected \"version\": 1");
  if (number->text != "1")
    throw too_new("store.unknown-version",
                  fmt::format("{} is of format version {}; this release reads version 1", file,
                              printable(number->text)));
  std::string found = fields.text("kind");
  if (found != kind_text(kind)) {
    Error error(ErrorKind::usage, "store.other-kind",
                fmt::format("{} belongs to a store of {}, expected one of {}", parent_path(file),
                            printable(found), kind_text(kind)));
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

} // namespace hdist
