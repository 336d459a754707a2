#include "ops/runtasks.h"

#include "ops/ops_testing.h"

namespace hdist {
namespace {

class RunTasksTest : public OpsTest {
protected:
  RunTasksRequest request(const std::string& script) {
    std::string tasks = R"({"version": 1, "tasks": {
      "tool": {"type": "build", "spec": )" +
                        spec_text("tool", script) + R"(},
      "mine": {"type": "profile", "path": ")" +
                        tmp_.path() + R"(/mine", "members": ["$tool"]}}})";
    return read_runtasks_request(read_json("request", R"({"graph": )" + tasks + "}"));
  }
};

TEST_F(RunTasksTest, WhatIsBuiltGoesIntoTheProfile) {
  RunTasksResponse response =
      run_tasks(*session_, request("/bin/mkdir $ARTIFACT/bin; echo x > $ARTIFACT/bin/tool"));
  ASSERT_EQ(response.profiles.size(), 1u) << compact_json(to_value(response));
  EXPECT_EQ(read_file(tmp_.path() + "/mine/bin/tool"), "x\n");
}

TEST_F(RunTasksTest, AProfileIsLeftAloneWhenSomethingFailsOrIsOnlyPlanned) {
  EXPECT_TRUE(run_tasks(*session_, request("exit 1")).profiles.empty());
  RunTasksRequest planned = request("true");
  planned.dry_run = true;
  EXPECT_TRUE(run_tasks(*session_, planned).profiles.empty());
  planned.dry_run = false;
  planned.only = {"tool"};
  RunTasksResponse built = run_tasks(*session_, planned);
  EXPECT_TRUE(built.report.ok());
  EXPECT_TRUE(built.profiles.empty());
}

TEST_F(RunTasksTest, AnUnknownTaskIsGivenTheNearest) {
  RunTasksRequest wrong = request("true");
  wrong.only = {"tol"};
  EXPECT_EQ(message_of([&] { run_tasks(*session_, wrong); }),
            "the graph has no task 'tol'; is 'tool' meant?");
}

TEST_F(RunTasksTest, AMistakeInTheGraphIsNamed) {
  EXPECT_NE(message_of([] {
              read_runtasks_request(read_json(
                  "request", R"({"graph": {"version": 1, "tasks": {"a": {"type": "biuld"}}}})"));
            }).find("biuld"),
            std::string::npos);
}

} // namespace
} // namespace hdist
