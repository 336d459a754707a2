#include "net/resolver.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace hdist {
namespace {

constexpr std::chrono::seconds kLong(60);

TEST(Resolver, GivesTheAddressesOfThisHost) {
  Resolution result = resolve_within("localhost", {}, kLong, {});
  EXPECT_EQ(result.end, Resolution::End::found);
  for (const std::string& address : result.addresses)
    EXPECT_TRUE(is_numeric_host(address)) << address;
}

TEST(Resolver, TakesAFailureForAnUnknownHost) {
  auto fail = [](const std::string&) -> std::vector<std::string> {
    throw std::runtime_error("no");
  };
  EXPECT_EQ(resolve_within("h", fail, kLong, {}).end, Resolution::End::unknown);
}

TEST(Resolver, KnowsNumericHosts) {
  EXPECT_TRUE(is_numeric_host("127.0.0.1"));
  EXPECT_TRUE(is_numeric_host("::1"));
  EXPECT_FALSE(is_numeric_host("h.example"));
  EXPECT_FALSE(is_numeric_host("1.2.3"));
}

} // namespace
} // namespace hdist
