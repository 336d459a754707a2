#include "model/platform.h"

#include "data/json.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

constexpr const char* kNone = "(usable)";

std::string why(const Platform& wanted, const Platform& here) {
  return why_foreign(wanted, here).value_or(kNone);
}

Platform debian12() {
  return {"linux", "x86_64", "x86-64-v3", "glibc-2.36"};
}

TEST(Platform, IsReadStrictlyAndWrittenBack) {
  Document document = read_json(
      "p.json", R"({"os": "linux", "arch": "x86_64", "cpu": "x86-64-v3", "libc": "glibc-2.36"})");
  EXPECT_EQ(read_platform(document, document.root, "platform"), debian12());
  EXPECT_EQ(to_value(debian12()), document.root);
  Document wrong =
      read_json("p.json", R"({"os": "linux", "arch": "a b", "cpu": "x", "libc": "y"})");
  EXPECT_NE(message_of([&] {
              read_platform(wrong, wrong.root, "platform");
            }).find("platform.arch: expected one word"),
            std::string::npos);
  Document more =
      read_json("p.json", R"({"os": "linux", "arch": "x", "cpu": "x", "libc": "y", "cup": "z"})");
  EXPECT_NE(message_of([&] { read_platform(more, more.root, ""); }).find("did you mean \"cpu\"?"),
            std::string::npos);
}

TEST(Platform, ItsOwnArtifactsAndThoseForLowerLevelsAreUsable) {
  EXPECT_EQ(why(debian12(), debian12()), kNone);
  EXPECT_EQ(why({"linux", "x86_64", "x86-64", "glibc-2.9"}, debian12()), kNone);
  EXPECT_EQ(why({"linux", "x86_64", "x86-64-v2", "glibc-2.31"}, debian12()), kNone);
}

TEST(Platform, AHigherCpuLevelIsForeign) {
  EXPECT_EQ(why({"linux", "x86_64", "x86-64-v4", "glibc-2.36"}, debian12()),
            "made for the CPU level x86-64-v4, this machine has x86-64-v3");
  EXPECT_EQ(why({"linux", "x86_64", "znver9", "glibc-2.36"}, debian12()),
            "made for the CPU level znver9, this machine has x86-64-v3");
}

TEST(Platform, ANewerLibcIsForeignByNumber) {
  EXPECT_EQ(why({"linux", "x86_64", "x86-64", "glibc-2.100"}, debian12()),
            "made for the C library glibc-2.100, this machine has glibc-2.36");
  EXPECT_EQ(why({"linux", "x86_64", "x86-64", "glibc-2.36.1"}, debian12()),
            "made for the C library glibc-2.36.1, this machine has glibc-2.36");
  EXPECT_EQ(why({"linux", "x86_64", "x86-64", "glibc-2.4"}, debian12()), kNone);
}

TEST(Platform, AnotherLibcArchitectureOrSystemIsForeign) {
  EXPECT_EQ(why({"linux", "x86_64", "x86-64", "musl-1.1"}, debian12()),
            "made for the C library musl-1.1, this machine has glibc-2.36");
  EXPECT_EQ(why({"linux", "aarch64", "armv8-a", "glibc-2.36"}, debian12()),
            "made for the architecture aarch64, this machine has x86_64");
  EXPECT_EQ(why({"darwin", "x86_64", "x86-64", "none"}, debian12()),
            "made for the operating system darwin, this machine has linux");
  EXPECT_EQ(why({"linux", "x86_64", "x86-64", "glibc-new"}, debian12()),
            "made for the C library glibc-new, this machine has glibc-2.36");
}

} // namespace
} // namespace hdist
