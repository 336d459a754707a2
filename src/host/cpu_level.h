// cpu_level.h: the level of the processor, as Platform::cpu names it.
#pragma once

#include <cstdint>
#include <string>

namespace hdist {

/// What x86 processors say of themselves (CPUID) and what the system saves on a switch (XCR0).
struct X86Features {
  uint32_t leaf1_ecx = 0;
  uint32_t leaf7_ebx = 0;
  uint32_t extended1_ecx = 0; // leaf 0x80000001
  uint64_t xcr0 = 0;          // 0 when there is no XGETBV
};

/// "x86-64" to "x86-64-v4" (x86-64 psABI, section 3.1.1).
std::string x86_level(const X86Features& features);

/// Of this machine.
std::string machine_cpu_level();
/// The least that a processor of this architecture has.
std::string baseline_cpu_level();

} // namespace hdist
