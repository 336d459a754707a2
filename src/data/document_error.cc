// The error of a document: where, what, and the line itself with a caret, however long or hostile
// that line is.
#include "data/fields.h"
#include "data/utf8.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr std::size_t kBefore = 70; // cells of the line shown before the column,
constexpr std::size_t kAfter = 40;  // and from it on
constexpr std::size_t kLongestPath = 200;
constexpr std::size_t kLongestMessage = 1000; // both may quote a key of any length

/// One code point (or one invalid byte) as it is shown, and how wide a terminal shows it.
struct Cell {
  std::string text;
  std::size_t width = 1;
};

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t Count> bool is_in(const Range (&ranges)[Count], char32_t value) {
  return std::any_of(std::begin(ranges), std::end(ranges), [value](const Range& range) {
    return value >= range.first && value <= range.last;
  });
}

/// Wide East Asian characters and emoji; roughly, because only the place of the caret depends on
/// it.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0xA4CF},  {0xAC00, 0xD7A3},
                           {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF00, 0xFF60},
                           {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr Range kCombining[] = {{0x0300, 0x036F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}};
/// C1 controls, zero-width and bidirectional formatting: they hide text or make a line show in
/// another order.
constexpr Range kInvisible[] = {{0x80, 0x9F},      {0x200B, 0x200F}, {0x2028, 0x202E},
                                {0x2060, 0x206F},  {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB},
                                {0xE0000, 0xE007F}};

Cell escaped(std::string text) {
  const std::size_t width = text.size();
  return {.text = std::move(text), .width = width};
}

Cell cell_of(std::string_view bytes, const CodePoint& point) {
  if (point.length == 0)
    return escaped(fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front())));
  if (point.value == '\t') return {.text = "    ", .width = 4};
  if (point.value < 0x20 || point.value == 0x7F)
    return escaped(fmt::format("\\x{:02x}", static_cast<uint32_t>(point.value)));
  if (is_in(kInvisible, point.value))
    return escaped(fmt::format("\\u{{{:x}}}", static_cast<uint32_t>(point.value)));
  std::size_t width = 1;
  if (is_in(kWide, point.value))
    width = 2;
  else if (is_in(kCombining, point.value))
    width = 0;
  return {.text = std::string(bytes), .width = width};
}

/// On one line, without control characters, and not longer than is read.
std::string displayable(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return printable(text);
  while (limit > 0 && is_utf8_continuation(text[limit]))
    --limit;
  return printable(text.substr(0, limit)) + "...";
}

std::string_view line_of(std::string_view text, uint32_t line) {
  for (uint32_t i = 1; i < line; ++i) {
    const std::size_t newline = text.find('\n');
    if (newline == std::string_view::npos) return {};
    text.remove_prefix(newline + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

/// The line around the column, and the caret below it: "  12 |   jobs: four" and "     | ^".
std::string excerpt(std::string_view line, Position at) {
  std::string shown;
  std::size_t caret = 0;
  std::size_t column = 1;
  const std::size_t first = at.column > kBefore ? at.column - kBefore : 1;
  if (first > 1) {
    shown = "...";
    caret = 3;
  }
  std::size_t offset = 0;
  for (; offset < line.size() && column < at.column + kAfter; ++column) {
    const CodePoint point = decode_utf8(line, offset);
    const std::size_t length = std::max<std::size_t>(point.length, 1);
    if (column >= first) {
      const Cell cell = cell_of(line.substr(offset, length), point);
      shown += cell.text;
      caret += column < at.column ? cell.width : 0;
    }
    offset += length;
  }
  if (offset < line.size()) shown += "...";
  const std::string number = std::to_string(at.line);
  std::string text = fmt::format("\n {:>4} | {}", number, shown);
  text.erase(text.find_last_not_of(' ') + 1);
  return text + fmt::format("\n {:>{}} | {:>{}}", "", std::max<std::size_t>(number.size(), 4), "^",
                            caret + 1);
}

} // namespace

Error document_error(const Document& document, Position at, std::string_view path,
                     std::string_view message, std::string_view code) {
  std::string text = printable(document.name);
  if (at.line != 0) text += fmt::format(":{}:{}", at.line, at.column);
  text += ": ";
  if (!path.empty()) text += displayable(path, kLongestPath) + ": ";
  text += displayable(message, kLongestMessage);
  // A value that did not come from text has no line to show, nor one whose text is gone.
  if (at.line != 0 && !document.text.empty()) text += excerpt(line_of(document.text, at.line), at);
  return {ErrorKind::usage, fmt::format("document.{}", code), std::move(text)};
}

} // namespace hdist
