#include "base/shorten.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace hdist {

namespace {

struct Limits {
  std::size_t most;  // what is longer is cut
  std::size_t shown; // of what is cut
};

constexpr Limits kWord{.most = 300, .shown = 200};
constexpr Limits kPath{.most = 1200, .shown = 600};
constexpr Limits kLine{.most = 8000, .shown = 4000};

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

void append_cut(std::string& to, std::string_view text, const Limits& limits) {
  if (text.size() <= limits.most) {
    to += text;
    return;
  }
  std::size_t first = limits.shown / 2;
  std::size_t last = text.size() - limits.shown / 2;
  while (first > 0 && is_continuation(text[first]))
    --first;
  while (last < text.size() && is_continuation(text[last]))
    ++last;
  to += text.substr(0, first);
  to += fmt::format("[... {} bytes ...]", last - first);
  to += text.substr(last);
}

std::string line_with_short_words(std::string_view line) {
  std::string result;
  while (!line.empty()) {
    const std::size_t space = std::min(line.find_first_of(" \t"), line.size());
    const std::string_view word = line.substr(0, space);
    append_cut(result, word, word.find('/') == std::string_view::npos ? kWord : kPath);
    const std::size_t next = std::min(line.find_first_not_of(" \t", space), line.size());
    result += line.substr(space, next - space);
    line.remove_prefix(next);
  }
  return result;
}

} // namespace

std::string with_short_words(std::string text) {
  if (text.size() <= kWord.most) return text;
  std::string result;
  std::string_view rest = text;
  for (;;) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    append_cut(result, line_with_short_words(rest.substr(0, end)), kLine);
    if (end == rest.size()) return result;
    result += '\n';
    rest.remove_prefix(end + 1);
  }
}

} // namespace hdist
