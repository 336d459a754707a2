// platform.h: what kind of machine an artifact runs on.
#pragma once

#include "data/fields.h"
#include "data/value.h"

#include <optional>
#include <string>

namespace hdist {

/// What kind of machine an artifact runs on (DESIGN.md 4). Hashed in native specs.
struct Platform {
  std::string os;   // "linux"
  std::string arch; // "x86_64"
  std::string cpu;  // "x86-64", "x86-64-v3"; "armv8-a" on aarch64; else the architecture
  std::string libc; // "glibc-2.36"
  // NOLINTNEXTLINE(modernize-use-nullptr): the 0 of <=>, which is no pointer
  friend auto operator<=>(const Platform&, const Platform&) = default;
};
Value to_value(const Platform& platform);
Platform read_platform(const Document& document, const Value& value, const std::string& path);
/// Why an artifact of `wanted` cannot be used on a machine that offers `here`; nullopt when it can.
/// A lower CPU level and an older libc of the same family are fine.
std::optional<std::string> why_foreign(const Platform& wanted, const Platform& here);

} // namespace hdist
