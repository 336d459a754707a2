// copy.h: the content of one file into another, by the cheapest way.
#pragma once

#include <string_view>

namespace hdist {

/// From the beginning, where `from` must stand, into the empty `to`: shared blocks, else copied by
/// the kernel, else by hand.
void copy_content(int from, int to, std::string_view object);

} // namespace hdist
