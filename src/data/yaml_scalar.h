// yaml_scalar.h: the text of plain, quoted and block scalars, read from the document itself.
#pragma once

#include "data/value.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace hdist {

/// The quoted scalar whose opening quote, single or double, stands at `start`. Throws
/// document_error on a bad escape.
std::string read_quoted_scalar(const Document& document, std::size_t start, bool allow_nul);

/// The plain scalar between two offsets: white space around its line ends is folded.
std::string read_plain_scalar(std::string_view text, std::size_t start, std::size_t end);

struct BlockScalar {
  std::string text;
  std::size_t end = 0; // offset of the first line that is no part of it
};

/// The block scalar whose '|' or '>' stands at `header`; `parent_indent` spaces come before the
/// list or map it is in. A last line without a line end counts as having one: what no editor shows
/// must not change an id.
BlockScalar read_block_scalar(std::string_view text, std::size_t header, std::size_t parent_indent);

} // namespace hdist
