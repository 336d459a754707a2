#include "net/ca_file.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

TEST(CaFile, IsTheOneOfTheEnvironmentBeforeAllOthers) {
  Env env;
  env.set("SSL_CERT_FILE", "/some/where.pem");
  EXPECT_EQ(find_ca_file(env), "/some/where.pem");
}

TEST(CaFile, IsOneThatExistsOrNone) {
  std::string file = find_ca_file(Env());
  EXPECT_TRUE(file.empty() || std::filesystem::exists(file)) << file;
}

} // namespace
} // namespace hdist
