#include "build/builder.h"

#include "base/error.h"
#include "base/process.h"
#include "build/test_builds.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <signal.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

namespace hdist {

namespace {

namespace fs = std::filesystem;

class BuilderTest : public testing::Test {
protected:
  bool is_empty(const std::string& name) const {
    return !fs::exists(tmp_.path() + name) || fs::is_empty(tmp_.path() + name);
  }
  /// Directories that attempts left in the store.
  std::size_t directories_of(const std::string& name) const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(tmp_.path() + "/store/" + name))
      count += entry.is_directory() ? 1 : 0;
    return count;
  }
  /// Waits until a file is there: how a job says that it runs.
  static void wait_for(const std::string& path) {
    while (!fs::exists(path))
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

  TempDir tmp_;
  BuildPlace place_{tmp_.path()};
};

TEST_F(BuilderTest, BuildsAndThenFindsTheArtifact) {
  const BuildSpec spec = shell_spec("hello", "echo hi > $ARTIFACT/greeting");
  const BuildSuccess built = place_.must_build(spec);
  EXPECT_FALSE(built.was_present);
  EXPECT_EQ(read_file(built.path + "/greeting"), "hi\n");
  EXPECT_EQ(built.path, tmp_.path() + "/store/hello/" + spec.id().hash12());
  EXPECT_TRUE(place_.must_build(spec).was_present); // pending or published
  place_.publisher.barrier();
  ASSERT_TRUE(place_.store.find(spec.id()));
  EXPECT_EQ(place_.store.find(spec.id())->directory, spec.id().hash12());
}

TEST_F(BuilderTest, TellsStartWithTheLogAndTheEnd) {
  place_.must_build(shell_spec("hello", "true"));
  const std::vector<TaskEvent> tasks = place_.events.tasks();
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(tasks[0].state, TaskState::started);
  EXPECT_TRUE(tasks[0].detail.ends_with("/build.log")) << tasks[0].detail;
  EXPECT_EQ(tasks[1].state, TaskState::finished);
}

TEST_F(BuilderTest, RefusesAForeignPlatform) {
  const BuildSpec spec = spec_of(
      "hello",
      {.script = "true",
       .fields =
           R"(, "version": "1", "platform": {"os": "linux", "arch": "riscv64", "cpu": "riscv64", "libc": "glibc-2.36"},
              "toolchain": {}, "sources": [], "run": [])"});
  const std::string text = message_of([&] { place_.build(spec); });
  EXPECT_NE(text.find("riscv64"), std::string::npos) << text;
  EXPECT_TRUE(is_empty("/builds"));
}

TEST_F(BuilderTest, RefusesABadJobBeforeItClaims) {
  Value value = parse_json(R"({"name": "bad", "build": {"commands": [{"cmd": "make"}]}})", "spec");
  const BuildSpec spec = BuildSpec::from_value(std::move(value));
  EXPECT_EQ(message_of([&] { place_.build(spec); }),
            "build.commands[0].cmd: expected a list, found a string");
  EXPECT_TRUE(is_empty("/store/bad"));
}

TEST_F(BuilderTest, TwoThreadsBuildOneSpecOnce) {
  const BuildSpec spec = shell_spec("once", "echo run >> " + tmp_.path() + "/runs; sleep 0.3");
  Builder builder(place_.store, place_.sources, place_.publisher, place_.options, place_.events);
  std::vector<std::jthread> threads;
  std::array<bool, 3> present{};
  threads.reserve(present.size());
  for (bool& was_present : present)
    threads.emplace_back(
        [&] { was_present = std::get<BuildSuccess>(builder.build(spec, {})).was_present; });
  threads.clear();
  EXPECT_EQ(read_file(tmp_.path() + "/runs"), "run\n");
  EXPECT_EQ(std::count(present.begin(), present.end(), false), 1);
}

TEST_F(BuilderTest, DifferentSpecsBuildAtTheSameTime) {
  // Each waits for a file of the other.
  const std::string dir = tmp_.path();
  const auto script = [&](const std::string& mine, const std::string& other) {
    return "touch " + dir + "/" + mine + "; while ! [ -e " + dir + "/" + other +
           " ]; do sleep 0.01; done";
  };
  Builder builder(place_.store, place_.sources, place_.publisher, place_.options, place_.events);
  std::jthread a([&] { builder.build(shell_spec("a", script("1", "2")), {}); });
  std::jthread b([&] { builder.build(shell_spec("b", script("2", "1")), {}); });
}

TEST_F(BuilderTest, AStopKillsTheJobAndLeavesNothing) {
  const std::string started = tmp_.path() + "/started";
  const BuildSpec spec =
      shell_spec("slow", "(setsid sleep 1000 &) ; touch $ARTIFACT/x " + started + "; sleep 1000");
  std::stop_source stop;
  std::jthread stopper([&] {
    wait_for(started);
    stop.request_stop();
  });
  const BuildFailure failure = place_.must_fail(spec, stop.get_token());
  EXPECT_EQ(failure.code, "build.stopped");
  EXPECT_EQ(failure.build_dir, "");
  EXPECT_TRUE(is_empty("/builds"));
  EXPECT_TRUE(is_empty("/logs"));
  EXPECT_EQ(directories_of("slow"), 0u);
  EXPECT_FALSE(place_.store.find(spec.id()));
}

TEST_F(BuilderTest, AStopEndsTheWaitForAnother) {
  const BuildSpec spec = shell_spec("held", "true");
  const Attempt other = std::get<Attempt>(place_.store.claim(spec.id()));
  std::stop_source stop;
  std::jthread stopper([&] {
    while (place_.events.tasks().empty())
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    stop.request_stop();
  });
  EXPECT_EQ(place_.must_fail(spec, stop.get_token()).code, "build.stopped");
  ASSERT_EQ(place_.events.tasks().size(), 1u);
  EXPECT_EQ(place_.events.tasks()[0].state, TaskState::waiting);
  EXPECT_NE(place_.events.tasks()[0].detail.find("process "), std::string::npos);
}

TEST_F(BuilderTest, ABuilderKilledAtWorkLeavesNothingThatTheNextOneTrips) {
  const std::string started = tmp_.path() + "/started";
  const BuildSpec spec = shell_spec("killed", "if ! [ -e " + started + " ]; then touch " + started +
                                                  "; sleep 1000; fi; echo done > $ARTIFACT/x");
  // A process of its own: this program, for the test below. It does not handle SIGTERM.
  Command child;
  child.argv = {fs::read_symlink("/proc/self/exe"), "--gtest_also_run_disabled_tests",
                "--gtest_filter=BuilderProcess.DISABLED_BuildsWhatTheTestAboveSays"};
  child.env = Env::current();
  child.env.set("BUILDER_TEST_ROOT", tmp_.path());
  child.env.set("BUILDER_TEST_SPEC", compact_json(spec.document()));
  std::stop_source stop;
  std::jthread killer([&] {
    wait_for(started);
    stop.request_stop();
  });
  EXPECT_EQ(run(child, stop.get_token()).signal, SIGTERM);
  EXPECT_FALSE(is_empty("/builds"));
  EXPECT_FALSE(place_.store.find(spec.id()));
  EXPECT_EQ(read_file(place_.must_build(spec).path + "/x"), "done\n");
  EXPECT_TRUE(is_empty("/builds"));
}

TEST(BuilderProcess, DISABLED_BuildsWhatTheTestAboveSays) {
  const Env env = Env::current();
  BuildPlace place(env.get_or("BUILDER_TEST_ROOT", ""));
  place.build(BuildSpec::from_value(parse_json(env.get_or("BUILDER_TEST_SPEC", ""), "spec")));
}

} // namespace

} // namespace hdist
