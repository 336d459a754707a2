#include "ui/keep_option.h"

#include "build/builder.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(KeepOption, TakesThreeWords) {
  EXPECT_EQ(keep_called("always"), KeepBuild::always);
  EXPECT_EQ(keep_called("error"), KeepBuild::on_error);
  EXPECT_EQ(keep_called("never"), KeepBuild::never);
  for (const char* word : {"", "Always", "failed", "yes"})
    EXPECT_EQ(code_of([&] { keep_called(word); }), "usage.keep") << word;
}

} // namespace
} // namespace hdist
