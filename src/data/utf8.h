// utf8.h: decoding UTF-8 strictly (RFC 3629), one code point at a time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hdist {

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0; // bytes; 0 when no valid code point starts here
};

/// The code point at `offset`, which must be inside `text`. Overlong forms and surrogates are
/// invalid.
CodePoint decode_utf8(std::string_view text, std::size_t offset);
/// Offset of the first byte that is not part of a code point; npos when all is valid. Fast on
/// ASCII.
std::size_t find_invalid_utf8(std::string_view text);
/// `value` must be a code point, not a surrogate.
void append_utf8(std::string& text, char32_t value);
/// A second, third or fourth byte: counting all others counts code points.
inline bool is_utf8_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u;
}

} // namespace hdist
