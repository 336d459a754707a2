#include "data/position_finder.h"

#include "data/utf8.h"

#include <algorithm>

namespace hdist {

Position PositionFinder::at(std::size_t offset) {
  offset = std::min(offset, text_.size());
  if (offset < offset_)
    back(offset);
  else
    forward(offset);
  return position_;
}

void PositionFinder::forward(std::size_t offset) {
  for (; offset_ < offset; ++offset_) {
    const char c = text_[offset_];
    if (c == '\n') {
      ++position_.line;
      position_.column = 1;
    } else if (!is_utf8_continuation(c)) {
      ++position_.column;
    }
  }
}

void PositionFinder::back(std::size_t offset) {
  const std::string_view skipped = text_.substr(offset, offset_ - offset);
  const auto lines = static_cast<uint32_t>(std::count(skipped.begin(), skipped.end(), '\n'));
  if (lines == 0) {
    const auto points = std::count_if(skipped.begin(), skipped.end(),
                                      [](char c) { return !is_utf8_continuation(c); });
    position_.column -= static_cast<uint32_t>(points);
    offset_ = offset;
    return;
  }
  position_.line -= lines;
  position_.column = 1;
  const std::size_t newline = offset == 0 ? std::string_view::npos : text_.rfind('\n', offset - 1);
  offset_ = newline == std::string_view::npos ? 0 : newline + 1;
  forward(offset);
}

} // namespace hdist
