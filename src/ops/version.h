// version.h: the version of this program; CMake says it.
#pragma once

namespace hdist {

inline constexpr const char* kVersion = HDIST_VERSION;

} // namespace hdist
