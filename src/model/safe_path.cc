#include "model/safe_path.h"

namespace hdist {

bool is_safe_relative_path(std::string_view path) {
  constexpr std::size_t kMaxPath = 4095; // PATH_MAX without its NUL
  if (path.size() > kMaxPath || path.find('\0') != std::string_view::npos) return false;
  for (std::size_t start = 0;;) {
    std::size_t end = path.find('/', start);
    std::string_view part = path.substr(start, end == std::string_view::npos ? end : end - start);
    if (part.empty() || part == "." || part == "..") return false;
    if (end == std::string_view::npos) return true;
    start = end + 1;
  }
}

} // namespace hdist
