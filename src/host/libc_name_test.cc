#include "host/libc_name.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

using namespace std::string_literals; // ""s keeps the NULs of a literal

TEST(LibcName, HasAFamilyAndAVersion) {
  std::string name = machine_libc();
  EXPECT_TRUE(name.starts_with("glibc-2.") || name.starts_with("musl-1.") || name == "unknown")
      << name;
}

TEST(LibcName, TheVersionOfMuslStandsInItsLoader) {
  std::string bytes = "\x7f"
                      "ELF\0musl libc (%s)\nVersion %s\n\0"
                      "1.2\0"
                      "1.2.x\0"
                      "1.2.3\0more"s;
  EXPECT_EQ(musl_version_in(bytes), "1.2.3");
  EXPECT_FALSE(musl_version_in("1.2.3.4"));
  EXPECT_FALSE(musl_version_in("2.36.0"));
  EXPECT_FALSE(musl_version_in(""));
}

TEST(LibcName, MuslIsFoundByTheNameOfItsLoader) {
  TempDir tmp;
  EXPECT_FALSE(musl_in(tmp.path()));
  EXPECT_FALSE(musl_in(tmp.path() + "/absent"));
  write_file(tmp.path() + "/libc.so", "x\0"
                                      "1.2.4\0"s);
  std::filesystem::create_symlink("libc.so", tmp.path() + "/ld-musl-x86_64.so.1");
  EXPECT_EQ(musl_in(tmp.path()), "musl-1.2.4");
}

} // namespace
} // namespace hdist
