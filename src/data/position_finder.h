// position_finder.h: line and column of a byte offset, cheap when the offsets mostly grow.
#pragma once

#include "data/value.h"

#include <cstddef>
#include <string_view>

namespace hdist {

/// Lines end with "\n" (so "\r\n" too); a column is a code point; both count from 1.
/// Walks from the last answer, so that asking for every value of a text costs one pass, however
/// long its lines are.
class PositionFinder {
public:
  explicit PositionFinder(std::string_view text) : text_(text) {}
  /// An offset behind the end counts as the end.
  Position at(std::size_t offset);

private:
  void forward(std::size_t offset);
  void back(std::size_t offset);

  std::string_view text_; // valid UTF-8, or the columns are approximate
  std::size_t offset_ = 0;
  Position position_{.line = 1, .column = 1};
};

} // namespace hdist
