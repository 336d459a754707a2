#include "profile/install_artifact.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

class InstallArtifactTest : public ::testing::Test {
protected:
  InstallArtifactTest() {
    write_file(root_ + "/store/app/bin/app", "app");
    write_file(root_ + "/store/app/share/doc/app", "doc");
    write_file(root_ + "/store/app/install.json", "{}");
    Dir::create(target_);
  }
  int64_t install(std::vector<InstallRule> rules = {}) {
    return install_artifact({ArtifactId::make("app", sha256("app")), root_ + "/store/app",
                             InstallWishes{.rules = std::move(rules)}},
                            target_, root_);
  }
  Dir target() { return Dir::open(target_); }

  TempDir tmp_;
  std::string root_ = tmp_.path() + "/root", target_ = tmp_.path() + "/root/target";
};

TEST_F(InstallArtifactTest, EverythingIsLinkedRelatively) {
  EXPECT_EQ(install(), 2);
  EXPECT_EQ(target().read_link("bin/app"), "../../store/app/bin/app");
  EXPECT_TRUE(target().exists("share/doc/app"));
  EXPECT_FALSE(target().exists("install.json"));
}

TEST_F(InstallArtifactTest, ATargetThatIsMissingIsMadeAndAFileIsNone) {
  target_ += "/new/tree";
  EXPECT_EQ(install(), 2);
  EXPECT_TRUE(target().exists("bin/app"));
  write_file(root_ + "/file", "");
  for (const char* name : {"/file", "/file/tree"}) {
    target_ = root_ + name;
    EXPECT_EQ(code_of([&] { install(); }), "profile.no-directory");
  }
}

TEST_F(InstallArtifactTest, DoneAgainItDoesNothing) {
  install();
  EXPECT_EQ(install(), 0);
}

TEST_F(InstallArtifactTest, WhatIsInTheWayIsNamedAndNothingIsMade) {
  write_file(target_ + "/share/doc/app", "mine");
  write_file(target_ + "/bin/other", "mine");
  std::string text = message_of([&] { install(); });
  EXPECT_NE(text.find("already: share/doc/app"), std::string::npos) << text;
  EXPECT_FALSE(target().exists("bin/app"));
  EXPECT_EQ(read_file(target_ + "/share/doc/app"), "mine");
}

TEST_F(InstallArtifactTest, ALinkInsteadOfADirectoryIsNotFollowed) {
  Dir::create(tmp_.path() + "/elsewhere");
  target().make_symlink(tmp_.path() + "/elsewhere", "bin");
  EXPECT_NE(message_of([&] { install(); }).find("already: bin"), std::string::npos);
  EXPECT_TRUE(Dir::open(tmp_.path() + "/elsewhere").list().empty());
}

TEST_F(InstallArtifactTest, RulesDecide) {
  EXPECT_EQ(install({{LinkAction::copy, {"bin/**"}, "bin", "tools", false, false}}), 1);
  EXPECT_EQ(read_file(target_ + "/tools/app"), "app");
  EXPECT_EQ(target().read_link("tools/app"), std::nullopt);
  EXPECT_FALSE(target().exists("share"));
}

} // namespace
} // namespace hdist
