#include "host/cpu_level.h"

#include <sys/utsname.h>

#include <initializer_list>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace hdist {
namespace {

constexpr uint64_t bits(std::initializer_list<unsigned> positions) {
  uint64_t mask = 0;
  for (unsigned position : positions)
    mask |= uint64_t{1} << position;
  return mask;
}

constexpr bool has_all(uint64_t word, uint64_t mask) {
  return (word & mask) == mask;
}

// Leaf 1, ECX: SSE3 0, SSSE3 9, CX16 13, SSE4.1 19, SSE4.2 20, POPCNT 23; FMA 12, MOVBE 22, OSXSAVE
// 27, AVX 28, F16C 29. Leaf 7, EBX: BMI1 3, AVX2 5, BMI2 8; AVX-512 F 16, DQ 17, CD 28, BW 30,
// VL 31. Leaf 0x80000001, ECX: LAHF 0, LZCNT 5.
constexpr uint64_t kV2Leaf1 = bits({0, 9, 13, 19, 20, 23});
constexpr uint64_t kV2Extended = bits({0});
constexpr uint64_t kV3Leaf1 = bits({12, 22, 27, 28, 29});
constexpr uint64_t kV3Leaf7 = bits({3, 5, 8});
constexpr uint64_t kV3Extended = bits({5});
constexpr uint64_t kV3Saved = bits({1, 2}); // the system keeps SSE and AVX registers
constexpr uint64_t kV4Leaf7 = bits({16, 17, 28, 30, 31});
constexpr uint64_t kV4Saved = bits({5, 6, 7}); // and those of AVX-512

#if defined(__x86_64__)
uint64_t read_xcr0(uint32_t leaf1_ecx) {
  if (!has_all(leaf1_ecx, bits({27}))) return 0; // XGETBV would be an illegal instruction
  uint32_t low = 0;
  uint32_t high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t{high} << 32U) | low;
}

X86Features machine_features() {
  X86Features features;
  uint32_t eax = 0;
  uint32_t ebx = 0;
  uint32_t ecx = 0;
  uint32_t edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0) features.leaf1_ecx = ecx;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0) features.leaf7_ebx = ebx;
  if (__get_cpuid(0x80000001U, &eax, &ebx, &ecx, &edx) != 0) features.extended1_ecx = ecx;
  features.xcr0 = read_xcr0(features.leaf1_ecx);
  return features;
}
#endif

} // namespace

std::string x86_level(const X86Features& features) {
  bool v2 = has_all(features.leaf1_ecx, kV2Leaf1) && has_all(features.extended1_ecx, kV2Extended);
  if (!v2) return "x86-64";
  bool v3 = has_all(features.leaf1_ecx, kV3Leaf1) && has_all(features.leaf7_ebx, kV3Leaf7) &&
            has_all(features.extended1_ecx, kV3Extended) && has_all(features.xcr0, kV3Saved);
  if (!v3) return "x86-64-v2";
  bool v4 = has_all(features.leaf7_ebx, kV4Leaf7) && has_all(features.xcr0, kV4Saved);
  return v4 ? "x86-64-v4" : "x86-64-v3";
}

std::string machine_cpu_level() {
#if defined(__x86_64__)
  return x86_level(machine_features());
#else
  return baseline_cpu_level();
#endif
}

std::string baseline_cpu_level() {
#if defined(__x86_64__)
  return "x86-64";
#elif defined(__aarch64__)
  return "armv8-a";
#else
  utsname names{};
  uname(&names);
  return names.machine;
#endif
}

} // namespace hdist
