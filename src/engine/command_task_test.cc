#include "engine/command_task.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

class CommandTaskTest : public ::testing::Test {
protected:
  void run(const CommandTask& task, const std::vector<JobImport>& imports = {}) {
    run_command_task({"t", task, imports}, {HDIST_SUPERVISE_PATH, Env::current()}, events_, {});
  }
  CommandTask script(const std::string& text) const { return {.argv = {"sh", "-c", text}}; }

  TempDir tmp_;
  RecordedEvents events_;
};

TEST_F(CommandTaskTest, ImportsVariablesAndDirectoryAreTheGivenOnes) {
  CommandTask task = script("echo $LIB_ID $FLAGS; pwd");
  task.environment = {{"FLAGS", "-I${LIB_DIR}/include"}};
  task.directory = tmp_.path();
  run(task, {{"lib/abc", "/store/lib", "LIB"}, {"x/y", "/store/x", std::nullopt}});
  ASSERT_EQ(events_.lines().size(), 2U);
  EXPECT_EQ(events_.lines()[0].text, "lib/abc -I/store/lib/include");
  EXPECT_EQ(events_.lines()[1].text, tmp_.path());
  EXPECT_EQ(events_.lines()[1].name, "t");
}

TEST_F(CommandTaskTest, TheEndOfALongOutputIsShownWhenItFails) {
  const std::string text = message_of([&] { run(script("seq 1000; printf end; exit 9")); });
  EXPECT_NE(text.find("exit status 9\n  | 982\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n  | 1000\n  | end\n"), std::string::npos) << text;
  EXPECT_NE(text.find("while running the task 't'"), std::string::npos) << text;
}

TEST_F(CommandTaskTest, AVariableThatIsNotSetIsNamed) {
  const std::string text = message_of([&] { run({.argv = {"echo", "$NO_SUCH_VARIABLE_X"}}); });
  EXPECT_NE(text.find("NO_SUCH_VARIABLE_X is not set"), std::string::npos) << text;
  EXPECT_NE(text.find("while reading command[1]"), std::string::npos) << text;
}

TEST_F(CommandTaskTest, AProgramThatIsNotThereIsAnError) {
  EXPECT_NE(message_of([&] { run({.argv = {"no-such-program-x"}}); }).find("no-such-program-x"),
            std::string::npos);
}

} // namespace
} // namespace hdist
