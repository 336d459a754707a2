#include "host/cpu_level.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

// Real answers of CPUID: a Haswell and a Skylake server, and what they lose.
constexpr X86Features kHaswell{0x7ffafbff, 0x000027ab, 0x00000021, 0x7};
constexpr X86Features kSkylakeServer{0x7ffefbff, 0xd39ffffb, 0x00000121, 0xe7};

TEST(CpuLevel, FollowsThePsabi) {
  EXPECT_EQ(x86_level({}), "x86-64");
  EXPECT_EQ(x86_level({0x00982201, 0, 0x1, 0}), "x86-64-v2");
  EXPECT_EQ(x86_level(kHaswell), "x86-64-v3");
  EXPECT_EQ(x86_level(kSkylakeServer), "x86-64-v4");
}

TEST(CpuLevel, WithoutOneOfItsInstructionsALevelIsNotThere) {
  X86Features no_popcnt = kHaswell;
  no_popcnt.leaf1_ecx &= ~(1U << 23U);
  EXPECT_EQ(x86_level(no_popcnt), "x86-64");
  X86Features no_lzcnt = kHaswell;
  no_lzcnt.extended1_ecx &= ~(1U << 5U);
  EXPECT_EQ(x86_level(no_lzcnt), "x86-64-v2");
  X86Features no_bmi2 = kSkylakeServer;
  no_bmi2.leaf7_ebx &= ~(1U << 8U);
  EXPECT_EQ(x86_level(no_bmi2), "x86-64-v2");
}

TEST(CpuLevel, RegistersThatTheSystemDoesNotSaveDoNotCount) {
  X86Features old_system = kSkylakeServer;
  old_system.xcr0 = 0x7;
  EXPECT_EQ(x86_level(old_system), "x86-64-v3");
  old_system.xcr0 = 0x3;
  EXPECT_EQ(x86_level(old_system), "x86-64-v2");
}

TEST(CpuLevel, ThisMachineHasAtLeastTheBaseline) {
  EXPECT_TRUE(machine_cpu_level().starts_with(baseline_cpu_level()));
}

} // namespace
} // namespace hdist
