#include "data/utf8.h"

#include <cstdint>
#include <cstring>

namespace hdist {

namespace {

/// The bytes after the first one, each 10xxxxxx; false when one of them is missing.
bool take_continuation(std::string_view text, std::size_t offset, CodePoint& point) {
  if (text.size() - offset < point.length) return false;
  for (std::size_t i = 1; i < point.length; ++i) {
    const char c = text[offset + i];
    if (!is_utf8_continuation(c)) return false;
    point.value = (point.value << 6) | (static_cast<unsigned char>(c) & 0x3Fu);
  }
  return true;
}

bool is_shortest_form(const CodePoint& point) {
  if (point.length == 2) return point.value >= 0x80;
  if (point.length == 3)
    return point.value >= 0x800 && (point.value < 0xD800 || point.value > 0xDFFF);
  return point.value >= 0x10000 && point.value <= 0x10FFFF;
}

} // namespace

CodePoint decode_utf8(std::string_view text, std::size_t offset) {
  const unsigned char first = static_cast<unsigned char>(text[offset]);
  if (first < 0x80) return {first, 1};
  CodePoint point;
  if (first >= 0xC2 && first <= 0xDF)
    point = {first & 0x1Fu, 2};
  else if (first >= 0xE0 && first <= 0xEF)
    point = {first & 0x0Fu, 3};
  else if (first >= 0xF0 && first <= 0xF4)
    point = {first & 0x07u, 4};
  if (point.length == 0 || !take_continuation(text, offset, point) || !is_shortest_form(point))
    return {};
  return point;
}

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    uint64_t word = 0;
    if (text.size() - at >= sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & 0x8080808080808080u) == 0) {
        at += sizeof word;
        continue;
      }
    }
    const CodePoint point = decode_utf8(text, at);
    if (point.length == 0) return at;
    at += point.length;
  }
  return std::string_view::npos;
}

void append_utf8(std::string& text, char32_t value) {
  const auto tail = [value](int shift) {
    return static_cast<char>(0x80u | ((value >> shift) & 0x3Fu));
  };
  if (value < 0x80) {
    text += static_cast<char>(value);
  } else if (value < 0x800) {
    text += static_cast<char>(0xC0u | (value >> 6));
    text += tail(0);
  } else if (value < 0x10000) {
    text += static_cast<char>(0xE0u | (value >> 12));
    text += tail(6);
    text += tail(0);
  } else {
    text += static_cast<char>(0xF0u | (value >> 18));
    text += tail(12);
    text += tail(6);
    text += tail(0);
  }
}

} // namespace hdist
