// document_version.h: the "version" field of the documents that this program writes.
#pragma once

#include "data/fields.h"

#include <string>

namespace hdist {

/// Reads the field. Error refused, code `code`, when it is above `newest`: only a newer program can
/// read the document. What is missing, no integer or below 1 is an ordinary error of the document.
void check_document_version(Fields& fields, int newest, const std::string& code);

} // namespace hdist
