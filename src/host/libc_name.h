// libc_name.h: the C library of the machine, as Platform::libc names it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hdist {

/// "glibc-2.36", "musl-1.2.3"; "unknown" when it is neither.
std::string machine_libc();

/// musl has no call for its version, but its loader carries it as a string of its own ("1.2.3").
std::optional<std::string> musl_version_in(std::string_view loader_bytes);
/// The musl loader in the directory `lib` ("/lib") and its version.
std::optional<std::string> musl_in(const std::string& lib);

} // namespace hdist
