// safe_path.h: relative paths that stay below where they start.
#pragma once

#include <string_view>

namespace hdist {

/// Not empty, not absolute, no part that is empty, "." or "..", no NUL, at most 4095 bytes.
bool is_safe_relative_path(std::string_view path);

} // namespace hdist
