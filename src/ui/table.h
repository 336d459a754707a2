// table.h: columns of text for a person, and the width that there is for them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace hdist {

struct TableColumn {
  std::string title;
  bool right = false;   // aligned to the right, as numbers are
  bool shrinks = false; // its middle is left out where the line would be too long
};

/// Columns of a terminal on standard output; 0 when there is none: lines may have any length.
std::size_t output_width();

/// One line a row, two blanks between columns, none at the end. With a width the titles come first,
/// and cells of the columns that may shrink lose their middle; cells are printable text.
std::string table_text(const std::vector<TableColumn>& columns,
                       const std::vector<std::vector<std::string>>& rows, std::size_t width);

/// The text, or its beginning and end with "..." between, in so many characters; never within one.
std::string with_short_middle(const std::string& text, std::size_t width);

} // namespace hdist
