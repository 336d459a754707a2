#include "archive/archive_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace hdist {
namespace {

// In a process of its own, because the module stays loaded after the first archive.
TEST(ArchiveModuleDeathTest, ThatIsMissingIsNamedInTheError) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  ArchiveLab lab;
  lab.set_bytes(std::string(10240, '\0'));
  auto attempt = [&] {
    set_archive_module_dir("/nonexistent/lib");
    std::string text = message_of([&] { lab.unpack(); });
    bool is_right = text.find("cannot load /nonexistent/lib/archive.so") == 0;
    std::_Exit(is_right ? 0 : 1);
  };
  EXPECT_EXIT(attempt(), testing::ExitedWithCode(0), "");
}

} // namespace
} // namespace hdist
