#include "model/document_version.h"

#include <fmt/format.h>

namespace hdist {
namespace {

Error too_new(const Fields& fields, int64_t version, int newest, const std::string& code) {
  Error error(ErrorKind::refused, code,
              fmt::format("{}: format version {} needs a newer program; this one reads up to {}",
                          fields.document().name, version, newest));
  error.advise({.text = "Use a newer version of this program.", .verb = "", .args = {}});
  return error;
}

} // namespace

void check_document_version(Fields& fields, int newest, const std::string& code) {
  fields.need("version");
  int64_t version = fields.integer_or("version", 0);
  if (version < 1) throw fields.error("version", "expected an integer from 1");
  if (version <= newest) return;
  throw too_new(fields, version, newest, code);
}

} // namespace hdist
