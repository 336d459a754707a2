// golden_testing.h: the files below tests/golden: a difference there is a change of a promise.
#pragma once

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace hdist {

inline std::string golden_path(const std::string& name) {
  return std::string(HDIST_GOLDEN_DIR) + "/" + name;
}

inline void expect_golden(const std::string& name, const std::string& content) {
  if (std::getenv("HDIST_ACCEPT") != nullptr) write_file(golden_path(name), content);
  EXPECT_EQ(content, read_file(golden_path(name)))
      << "set HDIST_ACCEPT=1 to accept a change, and say in the changelog what it breaks";
}

} // namespace hdist
