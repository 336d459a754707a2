#include "build/look_inside.h"

#include "base/error.h"
#include "base/path.h"
#include "build/test_builds.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>

#include <sys/wait.h>
#include <unistd.h>

namespace hdist {
namespace {

namespace fs = std::filesystem;

/// Names in a directory, joined by spaces; "" when it is not there.
std::string names_in(const std::string& path) {
  std::string names;
  if (const std::optional<Dir> dir = Dir::open_if_exists(path))
    for (const Entry& entry : dir->list())
      names += (names.empty() ? "" : " ") + entry.name;
  return names;
}

class LookInside : public testing::Test {
protected:
  BuildParts parts() {
    return {place_.store, place_.sources, place_.publisher, place_.options, place_.events};
  }
  FindRecord find() {
    return [this](const ArtifactId& id) { return place_.store.find(id); };
  }
  KeptBuild newest() const { return kept_builds(place_.options.temp_dir).at(0); }
  std::unique_ptr<OpenedBuild> open() { return std::make_unique<OpenedBuild>(parts(), newest()); }
  BuildOutcome resume() { return open()->resume(find(), {}); }
  std::string work() const { return place_.options.temp_dir + "/" + newest().directory + "/work"; }
  static BuildSpec spec(const std::string& commands) {
    return BuildSpec::from_value(parse_json(
        R"({"name": "x", "build": {"commands": [{"set": "PATH", "nohash_value": "/usr/bin:/bin"}, )" +
            commands + "]}}",
        "spec"));
  }

  TempDir tmp_;
  BuildPlace place_{tmp_.path()};
  const std::string artifact_ = tmp_.path() + "/store/x/";
};

TEST_F(LookInside, AResumedBuildGoesOnAtTheFailedCommandWithAllThatWasBefore) {
  const BuildFailure failure = place_.must_fail(
      spec(R"({"cmd": ["sh", "-c", "echo ran >>before; echo 7"], "to_var": "SEVEN"},
              {"cmd": ["sh", "-c", "mkdir \\$ARTIFACT/bin; echo 1 >\\$ARTIFACT/bin/first"]},
              {"set": "AFTER", "value": "a $SEVEN"},
              {"cmd": ["test", "-f", "mended"]},
              {"cmd": ["sh", "-c", "echo \"\\$AFTER\" >\\$ARTIFACT/second; cat \\$ARTIFACT/bin/first"]})"));
  EXPECT_EQ(names_in(artifact_), "");
  write_file(work() + "/mended", "");
  const BuildOutcome outcome = resume();
  ASSERT_TRUE(std::holds_alternative<BuildSuccess>(outcome))
      << std::get<BuildFailure>(outcome).reason;
  const std::string result = std::get<BuildSuccess>(outcome).path;
  EXPECT_EQ(read_file(result + "/bin/first"), "1\n");
  EXPECT_EQ(read_file(result + "/second"), "a 7\n");
  EXPECT_EQ(read_file(work() + "/before"), "ran\n"); // once
  EXPECT_FALSE(place_.store.find(failure.id));
  EXPECT_EQ(names_in(artifact_), ""); // the path is free
}

TEST_F(LookInside, AResumedBuildThatFailsAgainCanBeResumedAgain) {
  place_.must_fail(spec(R"({"cmd": ["test", "-f", "one"]}, {"cmd": ["test", "-f", "two"]})"));
  const BuildOutcome same = resume();
  EXPECT_EQ(std::get<BuildFailure>(same).reason, "exit status 1");
  write_file(work() + "/one", "");
  const BuildOutcome next = resume();
  EXPECT_EQ(std::get<BuildFailure>(next).command, "test -f two");
  EXPECT_TRUE(fs::exists(work()));
  write_file(work() + "/two", "");
  const BuildOutcome last = resume();
  EXPECT_TRUE(std::holds_alternative<BuildSuccess>(last));
}

TEST_F(LookInside, TheCleanBuildBesideAndAfterHasItsOwnPath) {
  const BuildSpec failing = spec(R"({"cmd": ["sh", "-c", "test -f )" + tmp_.path() +
                                 R"(/ok && echo \\$ARTIFACT >\\$ARTIFACT/where"]})");
  place_.must_fail(failing);
  {
    const std::unique_ptr<OpenedBuild> opened = open();
    write_file(tmp_.path() + "/ok", "");
    EXPECT_EQ(place_.must_build(failing).path, artifact_ + failing.id().hash12() + ".2");
  }
  EXPECT_TRUE(place_.store.find(failing.id()));
}

TEST_F(LookInside, WhatWasBuiltSinceIsNotWrittenTo) {
  const BuildSpec failing =
      spec(R"({"cmd": ["sh", "-c", "echo >\\$ARTIFACT/f; test -f )" + tmp_.path() + R"(/ok"]})");
  place_.must_fail(failing);
  write_file(tmp_.path() + "/ok", "");
  place_.must_build(failing);
  EXPECT_EQ(code_of([&] { open(); }), "build.path-taken");
  EXPECT_TRUE(fs::exists(place_.options.temp_dir + "/" + newest().directory + "/artifact/f"));
}

TEST_F(LookInside, TwoDoNotLookAtOnce) {
  place_.must_fail(spec(R"({"cmd": ["false"]})"));
  const std::unique_ptr<OpenedBuild> first = open();
  EXPECT_EQ(newest().directory, base_name(first->directory())); // and no older one is taken
  EXPECT_EQ(code_of([&] { open(); }), "build.directory-in-use");
}

TEST_F(LookInside, AProgramHasTheSurroundingsOfTheCommandThatFailed) {
  place_.must_fail(spec(R"({"commands": [{"set": "INNER", "value": "yes"}, {"chdir": "."},
      {"cmd": ["mkdir", "sub"]}, {"chdir": "sub"}, {"cmd": ["false"]}]}, {"cmd": ["true"]})"));
  const std::unique_ptr<OpenedBuild> opened = open();
  const JobCommand where = opened->stopped_at(find());
  EXPECT_EQ(where.command.argv, std::vector<std::string>{"false"});
  const ExitStatus status = opened->run(
      where, {"/bin/sh", "-c", "test $INNER = yes && test $PWD = $BUILD/sub && exit 7"}, {});
  EXPECT_EQ(status.exit_code, 7);
}

TEST_F(LookInside, WhatIsInstalledThereStaysForTheNext) {
  place_.must_fail(spec(R"({"cmd": ["false"]})"));
  {
    const std::unique_ptr<OpenedBuild> opened = open();
    opened->run(opened->stopped_at(find()), {"/bin/sh", "-c", "echo 1 >$ARTIFACT/made"}, {});
  }
  const std::unique_ptr<OpenedBuild> opened = open();
  EXPECT_EQ(
      opened->run(opened->stopped_at(find()), {"/bin/sh", "-c", "exec test -f $ARTIFACT/made"}, {})
          .exit_code,
      0);
}

TEST_F(LookInside, WhatCannotBePutAsideStaysAndIsSaid) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  place_.must_fail(spec(R"({"cmd": ["sh", "-c", "mkdir \\$ARTIFACT/d"]}, {"cmd": ["false"]})"));
  std::string path;
  const pid_t child = fork();
  if (child == 0) {
    const std::unique_ptr<OpenedBuild> opened = open();
    path = opened->stopped_at(find()).command.env.get_or("ARTIFACT", "");
    fs::permissions(path, fs::perms::none);
    _exit(code_of([&] { opened->close(); }) == "system.EACCES" && fs::exists(path) ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

/// A process takes the build, installs a file and is killed.
TEST_F(LookInside, WhatAKilledLookInstalledAndChangedIsThereForTheNext) {
  place_.must_fail(spec(R"({"cmd": ["sh", "-c", "echo 1 >\\$ARTIFACT/first"]},
                           {"cmd": ["false"]})"));
  const pid_t child = fork();
  if (child == 0) {
    const std::unique_ptr<OpenedBuild> opened = open();
    write_file(tmp_.path() + "/where",
               opened->stopped_at(find()).command.env.get_or("ARTIFACT", ""));
    write_file(read_file(tmp_.path() + "/where") + "/second", "2");
    write_file(opened->directory() + "/work/mine", "");
    _exit(0); // as if killed
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  place_.must_fail(shell_spec("other", "exit 1")); // prunes
  const std::unique_ptr<OpenedBuild> opened =
      std::make_unique<OpenedBuild>(parts(), kept_builds(place_.options.temp_dir).at(1));
  const std::string path = read_file(tmp_.path() + "/where");
  EXPECT_EQ(read_file(path + "/first"), "1\n");
  EXPECT_EQ(read_file(path + "/second"), "2");
  EXPECT_TRUE(fs::exists(opened->directory() + "/work/mine"));
}

TEST_F(LookInside, AResumeThatCannotBeginLosesNothing) {
  const BuildSuccess base = place_.must_build(shell_spec("base", "true"));
  place_.must_fail(spec_of(
      "x", {.script = "echo 1 >$ARTIFACT/f; exit 1", .imports = {{base.record.id.str(), "BASE"}}}));
  const FindRecord none = [](const ArtifactId&) { return std::nullopt; };
  EXPECT_EQ(std::get<BuildFailure>(open()->resume(none, {})).code, "build.missing-import");
  EXPECT_EQ(read_file(place_.options.temp_dir + "/" + newest().directory + "/artifact/f"), "1\n");
}

TEST_F(LookInside, ABuildThatIsLookedIntoIsNotRemoved) {
  place_.options.keep_failed = 1;
  place_.must_fail(spec(R"({"cmd": ["false"]})"));
  const std::unique_ptr<OpenedBuild> opened = open();
  place_.must_fail(shell_spec("other", "exit 1"));
  place_.must_fail(shell_spec("third", "exit 1"));
  EXPECT_TRUE(fs::exists(opened->directory() + "/work"));
}

TEST_F(LookInside, WhatSomebodyHasLookedIntoIsNotPushedOutByNewerFailures) {
  place_.options.keep_failed = 1;
  place_.must_fail(spec(R"({"cmd": ["false"]})"));
  const std::string directory = open()->directory();
  place_.must_fail(shell_spec("other", "exit 1"));
  place_.must_fail(shell_spec("third", "exit 1"));
  EXPECT_TRUE(fs::exists(directory + "/work"));
  const Dir parent = Dir::open(place_.options.temp_dir);
  constexpr int64_t kMonthS = 2'592'000;
  const int64_t now_s = std::time(nullptr);
  EXPECT_TRUE(stale_build_dirs(parent, 1, kMonthS, now_s).empty());
  const std::vector<StaleBuild> old = stale_build_dirs(parent, 1, kMonthS, now_s + 2 * kMonthS);
  ASSERT_EQ(old.size(), 1u);
  EXPECT_EQ(old[0].name, base_name(directory));
}

} // namespace
} // namespace hdist
