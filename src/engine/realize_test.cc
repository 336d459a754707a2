#include "engine/realize.h"

#include "base/text.h"
#include "data/json.h"
#include "host/host.h"
#include "net/fake_http.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

class RealizeTest : public ::testing::Test {
protected:
  RealizeReport run(const std::string& tasks_json, const RealizeOptions& options = {.jobs = 2}) {
    TaskGraph graph =
        TaskGraph::read(read_json("tasks.json", R"({"version": 1, "tasks": )" + tasks_json + "}"));
    Publisher publisher(artifacts_);
    Builder builder(artifacts_, sources_, publisher, build_options(), events_);
    Fetcher fetcher(sources_, http_, deb_, dead_hosts_, {}, events_);
    RealizeParts parts{artifacts_, sources_, fetcher, builder, publisher, events_};
    parts.commands = {HDIST_SUPERVISE_PATH, Env::current()};
    parts.make_profile = [&](const std::string& task, const ProfileTask& profile,
                             const std::vector<std::string>& members) {
      profiles_.push_back(task + " " + profile.path + " " + join(members, " "));
    };
    return realize(graph, parts, options, {});
  }

  BuildOptions build_options() const {
    BuildOptions options;
    options.temp_dir = tmp_.path() + "/temp";
    options.log_dir = tmp_.path() + "/logs";
    options.supervise = HDIST_SUPERVISE_PATH;
    options.machine = machine_platform();
    return options;
  }

  static std::string build(const std::string& name, const std::string& script,
                           const std::string& more = "", const std::string& run = "") {
    return R"(")" + name + R"(": {"type": "build", "spec": {"name": ")" + name + R"(", "run": [)" +
           run + R"(], "build": {"import": [)" + more +
           R"(], "commands": [{"cmd": ["/bin/sh", "-c", ")" + script + R"("]}]}}})";
  }
  static std::string import(const std::string& name) {
    return R"({"id": "$)" + name + R"(", "ref": ")" + name + R"("})";
  }

  static Realized of(const RealizeReport& report, const std::string& task) {
    for (const Realized& one : report.tasks)
      if (one.task == task) return one;
    ADD_FAILURE() << "no task " << task;
    return {};
  }

  TempDir tmp_;
  std::vector<std::string> profiles_; // made
  ArtifactStore artifacts_ = ArtifactStore::open(tmp_.path() + "/artifacts", {.durable = false});
  SourceStore sources_ = SourceStore::open(tmp_.path() + "/source");
  RecordedEvents events_;
  FakeHttp http_;
  DebSources deb_{
      {.state_dir = tmp_.path() + "/apt", .apt_dir = tmp_.path(), .apt_get = "/nonexistent"},
      events_};
  DeadHosts dead_hosts_{""};
};

TEST_F(RealizeTest, BuildsInOrderAndFindsEverythingTheSecondTime) {
  std::string graph = "{" + build("b", "/bin/cat $a_DIR/x > $ARTIFACT/y", import("a")) + "," +
                      build("a", "echo hi > $ARTIFACT/x") + "}";
  RealizeReport first = run(graph);
  EXPECT_TRUE(first.ok());
  EXPECT_EQ(of(first, "b").state, Realized::State::built);
  RealizeReport second = run(graph);
  EXPECT_EQ(of(second, "a").state, Realized::State::present);
  EXPECT_EQ(of(second, "b").state, Realized::State::present);
  EXPECT_EQ(first.ids, second.ids);
}

TEST_F(RealizeTest, AFailureSkipsWhatDependsOnItAndLetsTheRestGoOn) {
  RealizeReport report =
      run("{" + build("bad", "exit 3") + "," + build("above", "true", import("bad")) + "," +
          build("apart", "true") + "}");
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(of(report, "bad").state, Realized::State::failed);
  ASSERT_TRUE(of(report, "bad").failure.has_value());
  EXPECT_EQ(of(report, "above").state, Realized::State::skipped);
  EXPECT_EQ(of(report, "above").reason, "bad");
  EXPECT_EQ(of(report, "apart").state, Realized::State::built);
}

TEST_F(RealizeTest, ASourceThatCannotBeHadIsAResultWithItsReason) {
  std::string key = "file:" + std::string(51, 'a') + "q";
  RealizeReport report =
      run(R"({"f": {"type": "fetch", "key": ")" + key + R"(", "url": "https://example.org/x"},
    "b": {"type": "build", "spec": {"name": "b", "sources": [{"key": ")" +
          key + R"("}], "build": {}}}})");
  EXPECT_EQ(of(report, "f").state, Realized::State::failed);
  EXPECT_NE(of(report, "f").error.value().message().find("example.org"), std::string::npos);
  EXPECT_EQ(of(report, "b").state, Realized::State::skipped);
}

TEST_F(RealizeTest, OnlyGoalsAndWhatTheyNeedAreBuilt) {
  RealizeOptions options{.jobs = 1};
  options.goals = {"a"};
  RealizeReport report = run("{" + build("a", "true") + "," + build("b", "true") + "}", options);
  EXPECT_EQ(of(report, "a").state, Realized::State::built);
  EXPECT_EQ(of(report, "b").state, Realized::State::not_needed);
  EXPECT_TRUE(report.ok());
}

TEST_F(RealizeTest, WhatABuildRunsWithIsBuiltBeforeIt) {
  const std::string slow = build("slow", "/bin/sleep 0.5");
  const RealizeReport report =
      run("{" + build("app", "true", "", R"("$slow")") + "," + slow + "}", {.jobs = 2});
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(of(report, "app").state, Realized::State::built);
}

TEST_F(RealizeTest, WhatAPresentImportRunsWithIsBuiltBeforeItsUser) {
  const std::string slow = build("slow", "/bin/sleep 0.5");
  const std::string tool = build("tool", "true", "", R"("$slow")");
  const RealizeReport first = run("{" + tool + "," + slow + "}");
  Dir::open(tmp_.path() + "/artifacts").remove_tree("slow");
  const RealizeReport report =
      run("{" + build("app", "true", import("tool")) + "," + tool + "," + slow + "}");
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(of(report, "tool").state, Realized::State::present);
  EXPECT_EQ(of(report, "slow").state, Realized::State::built);
  EXPECT_EQ(of(report, "app").state, Realized::State::built);
}

TEST_F(RealizeTest, ProfilesAndCommandsComeAfterWhatTheyName) {
  const std::string out = tmp_.path() + "/out";
  const std::string graph = "{" + build("a", "echo hi > $ARTIFACT/x") +
                            R"(, "p": {"type": "profile", "path": "/p", "members": ["$a"]},
      "c": {"type": "command", "needs": ["p"], "import": [{"id": "$a", "ref": "A"}],
            "environment": {"OUT": ")" +
                            out + R"("}, "command": ["sh", "-c", "cat $A_DIR/x >> $OUT"]}})";
  for (const char* expected : {"hi\n", "hi\nhi\n"}) { // a command is run each time
    const RealizeReport report = run(graph);
    EXPECT_TRUE(report.ok());
    EXPECT_EQ(of(report, "c").state, Realized::State::done);
    EXPECT_EQ(read_file(out), expected);
    ASSERT_FALSE(profiles_.empty());
    EXPECT_EQ(profiles_.back(), "p /p " + of(report, "a").id->str());
  }
}

TEST_F(RealizeTest, AFailedBuildSkipsProfileAndCommand) {
  const RealizeReport report = run("{" + build("a", "exit 1") +
                                   R"(, "p": {"type": "profile", "path": "/p", "members": ["$a"]},
      "c": {"type": "command", "needs": ["p"], "command": ["true"]},
      "d": {"type": "command", "command": ["sh", "-c", "echo it broke >&2; exit 4"]}})");
  EXPECT_EQ(of(report, "p").state, Realized::State::skipped);
  EXPECT_EQ(of(report, "c").reason, "a");
  EXPECT_TRUE(profiles_.empty());
  EXPECT_EQ(of(report, "d").error.value().code(), "tasks.command-failed");
  EXPECT_EQ(of(report, "d").error.value().message(),
            "sh -c 'echo it broke >&2; exit 4': exit status 4\n  | it broke");
}

TEST_F(RealizeTest, ADryRunBuildsNothing) {
  RealizeOptions options{.jobs = 1};
  options.dry_run = true;
  RealizeReport report = run("{" + build("a", "true") + "}", options);
  EXPECT_EQ(of(report, "a").state, Realized::State::planned);
  EXPECT_TRUE(artifacts_.list().empty());
}

} // namespace
} // namespace hdist
