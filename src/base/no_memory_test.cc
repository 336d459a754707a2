#include "base/no_memory.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(NoMemory, IsToldFromOtherTroubleWithAFile) {
  EXPECT_TRUE(is_about_memory("/x/libz.so: failed to map segment from shared object"));
  EXPECT_TRUE(
      is_about_memory("x.so: cannot create shared object descriptor: Cannot allocate memory"));
  EXPECT_FALSE(
      is_about_memory("x.so: failed to map segment from shared object: Operation not permitted"));
  EXPECT_FALSE(is_about_memory("x.so: cannot open shared object file: No such file or directory"));
}

TEST(NoMemory, HasAdviceOnTheLimit) {
  const Error error = no_memory("it is short");
  EXPECT_EQ(error.code(), "program.no-memory");
  EXPECT_EQ(error.message(), "it is short");
  ASSERT_EQ(error.advice().size(), 1U);
  EXPECT_NE(error.advice()[0].text.find("ulimit -v"), std::string::npos);
}

} // namespace
} // namespace hdist
