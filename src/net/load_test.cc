#include "net/transfer.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(NetModule, ThatIsMissingIsNamedInTheError) {
  std::string text = message_of([] { load_transfer("/nonexistent/lib"); });
  EXPECT_TRUE(
      text.starts_with("cannot load /nonexistent/lib/net.so, which reads from the network: "))
      << text;
}

TEST(NetModule, IsLoadedFromTheFolderAskedFor) {
  EXPECT_NE(load_transfer(HDIST_MODULE_DIR), nullptr);
}

} // namespace
} // namespace hdist
