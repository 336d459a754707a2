#include "base/process.h"

#include "base/dir.h"
#include "base/process_testing.h"
#include "base/text.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace hdist {
namespace {

Command with_token(const std::string& token, const std::vector<std::string>& argv) {
  Command command;
  command.env = test_env();
  command.env.set("HDIST_RUN_TOKEN", token);
  command.argv = argv;
  return command;
}

TEST(KillByToken, KillsExactlyTheProcessesWithThatToken) {
  const std::string token = random_name(20);
  const std::vector<std::string> argv = {"sh", "-c",
                                         "setsid sleep 1000 & setsid sleep 1000 & exec sleep 1000"};
  std::jthread first([&] { run(with_token(token, argv)); });
  std::jthread second([&] { run(with_token(token + "x", argv)); });
  EXPECT_TRUE(eventually([&] { return kill_by_token(token, true) == 3; }));
  EXPECT_TRUE(eventually([&] { return kill_by_token(token + "x", true) == 3; }));
  EXPECT_EQ(kill_by_token(token), 3);
  EXPECT_EQ(kill_by_token(token, true), 0);
  EXPECT_EQ(kill_by_token(""), 0);
  EXPECT_EQ(kill_by_token(token + "x", true), 3);
  EXPECT_EQ(kill_by_token(token + "x"), 3);
}

TEST(KillByToken, OneThatStartsItsSuccessorAndEndsDoesNotEscape) {
  TempDir tmp;
  write_file(tmp.path() + "/flee", "[ $# = 0 ] || : >\"$0.free\"\n( setsid sh \"$0\" free & )\n");
  const std::string token = random_name(20);
  // run() kills the group that is left, which may be before the first setsid; who is killed may
  // still be seen for a while. Only one that says so from a session of its own flees.
  ASSERT_TRUE(eventually([&] {
    run(with_token(token, {"sh", tmp.path() + "/flee"}));
    return Dir::open(tmp.path()).exists("flee.free");
  }));
  EXPECT_GT(kill_by_token(token), 0);
  EXPECT_EQ(kill_by_token(token, true), 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(20)); // what escaped would show itself
  EXPECT_EQ(kill_by_token(token, true), 0);
}

TEST(KillByToken, ATokenThatIsOnlyPartOfAnEntryDoesNotCount) {
  const std::string token = random_name(20);
  Command command = with_token("other", {"sleep", "1000"});
  command.env.set("X", "HDIST_RUN_TOKEN=" + token);
  std::stop_source stop;
  std::jthread thread([&] { run(command, stop.get_token()); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20)); // whether started or not: 0
  EXPECT_EQ(kill_by_token(token), 0);
  stop.request_stop();
}

} // namespace
} // namespace hdist
