#include "ops/install_op.h"

#include "ops/ops_testing.h"

namespace hdist {
namespace {

class InstallOpTest : public OpsTest {
protected:
  InstallOpTest() { Dir::create(target_); }
  std::string target_ = tmp_.path() + "/target";
};

TEST_F(InstallOpTest, ADirectoryIsInstalledByTheFileInIt) {
  std::string made = tmp_.path() + "/made";
  write_file(made + "/bin/x", "x");
  write_file(made + "/doc/y", "y");
  write_file(made + "/install.json", R"({"parameters": {"rules": [["copy", "/bin/**"]]}})");
  InstallArtifactResponse response = install_artifact_of(*session_, {made, target_});
  EXPECT_EQ(response.entries, 1);
  EXPECT_EQ(read_file(target_ + "/bin/x"), "x");
  EXPECT_FALSE(Dir::open(target_).exists("doc"));
}

TEST_F(InstallOpTest, WhatIsMissingIsSaid) {
  EXPECT_NE(message_of([&] {
              install_artifact_of(*session_, {"", ""});
            }).find("ARTIFACT"),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              install_artifact_of(*session_, {tmp_.path(), ""});
            }).find("profiletarget"),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              install_artifact_of(*session_, {"absent", target_});
            }).find("absent"),
            std::string::npos);
}

} // namespace
} // namespace hdist
