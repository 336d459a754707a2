#include "build/install_run.h"

#include "base/dir.h"
#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

class InstallRunTest : public ::testing::Test {
protected:
  InstallRunTest() {
    options_.supervise = HDIST_SUPERVISE_PATH;
    options_.self_program = "/bin/echo";
    options_.config_json = "{}";
    options_.temp_dir = tmp_.path() + "/scratch";
    Dir::create(target_);
    write_file(artifact_ + "/setup.txt", "content");
    write_file(artifact_ + "/_hashdist/log", "");
    Dir::create(tmp_.path() + "/sh").make_dir("bin").make_symlink("/bin/sh", "sh");
  }
  void run(const std::vector<std::string>& command) {
    InstallStep step{ArtifactId::make("app", sha256("app")), artifact_, target_, command, {}};
    step.dependencies = {{"sh", tmp_.path() + "/sh"}};
    run_install_step(step, options_);
  }
  void script(const std::string& text) {
    run({"$sh/bin/sh", "-euc", text, "sh", "$profiletarget"});
  }
  std::string made(const std::string& file) { return read_file(target_ + "/" + file); }

  TempDir tmp_;
  std::string artifact_ = tmp_.path() + "/app", target_ = tmp_.path() + "/target";
  InstallRunOptions options_;
};

TEST_F(InstallRunTest, TheProgramGetsTheTargetAndTheArtifactsFiles) {
  script("cp setup.txt \"\\$1/copy\"; touch build; ls -A > \"\\$1/files\"");
  EXPECT_EQ(made("copy"), "content");
  EXPECT_EQ(made("files"), "build\nsetup.txt\n");
  EXPECT_FALSE(Dir::open(artifact_).exists("build"));
  EXPECT_TRUE(Dir::open(options_.temp_dir).list().empty()) << "the scratch directory is gone";
}

TEST_F(InstallRunTest, TheEnvironmentIsTheSameForEveryUser) {
  script("echo \"\\$ARTIFACT \\$profiletarget \\$sh \\$shpath \\$LC_ALL \\$TZ "
         "\\${HDIST_HOME-none}\" >\\$1/env; "
         "command -v sh >\\$1/which; test -d \\$HOME -a -d \\$TMPDIR");
  std::string sh = tmp_.path() + "/sh";
  EXPECT_EQ(made("env"), artifact_ + " " + target_ + " " + sh + " " + sh + " C.UTF-8 UTC none\n");
  EXPECT_EQ(made("which"), sh + "/bin/sh\n");
}

TEST_F(InstallRunTest, AFailureShowsTheCommandAndTheEndOfItsOutput) {
  try {
    script("echo to the log; echo bad thing >&2; exit 3");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "profile.install-failed");
    EXPECT_NE(error.message().find("exit status 3"), std::string::npos) << error.message();
    EXPECT_NE(error.message().find("\n    to the log\n    bad thing"), std::string::npos);
    EXPECT_NE(error.tasks().front().find("installing app/"), std::string::npos);
  }
}

TEST_F(InstallRunTest, AnUnknownVariableIsAnError) {
  EXPECT_NE(message_of([&] {
              run({"$sh/bin/sh", "$nowhere"});
            }).find("nowhere is not set"),
            std::string::npos);
}

} // namespace
} // namespace hdist
