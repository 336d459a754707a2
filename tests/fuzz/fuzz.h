// fuzz.h: what each driver of this folder is: a function that takes any bytes and must come back,
// and never says yes to what breaks the rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size);

namespace hdist {

inline std::string_view text_of(const uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// A rule that holds whatever the input is.
inline void require(bool holds, const char* rule) {
  if (holds) return;
  (void)std::fprintf(stderr, "broken: %s\n", rule);
  std::abort();
}

} // namespace hdist
