#include "base/listen.h"

#include "base/error.h"
#include "base/process.h"
#include "base/process_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <signal.h>

namespace hdist {
namespace {

TEST(Listen, ADaemonThatKeepsTheOutputOpenIsNotWaitedFor) {
  // Its end of file would come after 1000 s.
  const std::string output = capture(shell("setsid sleep 1000 & echo $!"));
  EXPECT_TRUE(is_running(output));
  ::kill(std::stoi(output), SIGKILL);
}

TEST(Listen, AllOutputArrivesHoweverMuchItIs) {
  std::size_t size = 0;
  Command command = shell("head -c 5000000 /dev/zero");
  command.output = [&](std::string_view bytes) { size += bytes.size(); };
  EXPECT_TRUE(run(command).ok());
  EXPECT_EQ(size, 5'000'000U);
}

TEST(Listen, ATimeLimitEndsAlsoWhatIgnoresSigterm) {
  Command command = shell("trap '' TERM; sleep 1000; sleep 1000");
  command.timeout_s = 0.1;
  const ExitStatus status = run(command);
  EXPECT_TRUE(status.timed_out);
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(status.signal, SIGKILL);
  EXPECT_TRUE(status.text().starts_with("ended by its time limit")) << status.text();
}

TEST(Listen, AStopRequestEndsIt) {
  std::stop_source stop;
  Command command = shell("echo ready; exec sleep 1000");
  command.output = [&](std::string_view) { stop.request_stop(); };
  const ExitStatus status = run(command, stop.get_token());
  EXPECT_TRUE(status.stopped);
  EXPECT_EQ(status.signal, SIGTERM);
  EXPECT_EQ(status.text(), "stopped on request");
}

TEST(Listen, AStopBeforeTheStartEndsItToo) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(run(shell("exec sleep 1000"), stop.get_token()).stopped);
}

TEST(Listen, ASinkThatThrowsEndsTheProgram) {
  std::string pid;
  Command command = shell("echo $$; exec sleep 1000");
  command.output = [&](std::string_view bytes) {
    pid = bytes;
    throw Error(ErrorKind::failed, "test.sink", "full");
  };
  EXPECT_EQ(code_of([&] { run(command); }), "test.sink");
  EXPECT_FALSE(is_running(pid));
}

TEST(Listen, AnEndThatIsNearIsAwaitedWithoutAskingForIt) {
  std::vector<Source> sources;
  const Fd null = make_null_output();
  const Child child({.program = "/bin/true",
                     .argv = {"true"},
                     .environment = {},
                     .cwd = "",
                     .fds = {null.get(), null.get(), null.get()}});
  int asked = 0;
  const Waited waited = listen_until_end(child, sources,
                                         {.timeout_s = 0,
                                          .stop = {},
                                          .ask = [&] { ++asked; },
                                          .force = [&] { ++asked; },
                                          .ending = [] { return true; }});
  EXPECT_EQ(asked, 0);
  EXPECT_FALSE(waited.timed_out);
}

} // namespace
} // namespace hdist
