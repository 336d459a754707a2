// copy.h: the content of one file into another, by the cheapest way. For tree.cc, not for other
// components.
#pragma once

#include <string_view>

namespace hdist {

/// From the position 0 of `from` into the empty `to`: shared blocks, else copied by the kernel,
/// else by hand.
void copy_content(int from, int to, std::string_view object);

} // namespace hdist
