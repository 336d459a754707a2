#include "ui/table.h"

#include <algorithm>
#include <sys/ioctl.h>
#include <unistd.h>

namespace hdist {

namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastShrunk = 12;
constexpr std::string_view kDots = "...";

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

/// Characters; those of double width are few in what is shown here.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

/// The byte at which the character `index` begins.
std::size_t byte_at(const std::string& text, std::size_t index) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (begins_character(text[i]) && seen++ == index) return i;
  return text.size();
}

std::vector<std::size_t> widths_of(const std::vector<TableColumn>& columns,
                                   const std::vector<std::vector<std::string>>& rows,
                                   std::size_t width) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    widths.push_back(width > 0 ? width_of(columns[i].title) : 0);
    for (const std::vector<std::string>& row : rows)
      widths[i] = std::max(widths[i], width_of(row[i]));
  }
  if (width == 0) return widths;
  std::size_t total = kGap * (columns.size() - 1);
  for (std::size_t one : widths)
    total += one;
  for (std::size_t i = columns.size(); i-- > 0 && total > width;) {
    if (!columns[i].shrinks || widths[i] <= kLeastShrunk) continue;
    const std::size_t less = std::min(total - width, widths[i] - kLeastShrunk);
    widths[i] -= less;
    total -= less;
  }
  return widths;
}

} // namespace

std::size_t output_width() {
  struct winsize size {};
  if (::isatty(STDOUT_FILENO) != 1) return 0;
  constexpr std::size_t kUsual = 80;
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

std::string with_short_middle(const std::string& text, std::size_t width) {
  const std::size_t length = width_of(text);
  if (length <= width || width <= kDots.size()) return text;
  const std::size_t kept = width - kDots.size(), begin = kept / 2;
  return text.substr(0, byte_at(text, begin)) + std::string(kDots) +
         text.substr(byte_at(text, length - (kept - begin)));
}

std::string table_text(const std::vector<TableColumn>& columns,
                       const std::vector<std::vector<std::string>>& rows, std::size_t width) {
  const std::vector<std::size_t> widths = widths_of(columns, rows, width);
  std::string text;
  const auto add = [&](std::size_t i, const std::string& cell) {
    const std::string shown =
        columns[i].shrinks && width > 0 ? with_short_middle(cell, widths[i]) : cell;
    const std::size_t used = width_of(shown);
    const std::string blanks(widths[i] - std::min(widths[i], used), ' ');
    if (i > 0) text.append(kGap, ' ');
    text += columns[i].right ? blanks + shown : shown + blanks;
  };
  const auto end_line = [&] {
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  };
  if (width > 0 && !rows.empty()) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      add(i, columns[i].title);
    end_line();
  }
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      add(i, row[i]);
    end_line();
  }
  return text;
}

} // namespace hdist
