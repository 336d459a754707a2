#include "base/process.h"

#include "base/error.h"
#include "base/process_testing.h"
#include "base/text.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

namespace hdist {
namespace {

TEST(Run, ExitCodesAndSignalsAreValues) {
  EXPECT_TRUE(run(shell("exit 0")).ok());
  EXPECT_EQ(run(shell("exit 7")).text(), "exit status 7");
  const ExitStatus killed = run(shell("kill -9 $$"));
  EXPECT_EQ(killed.signal, SIGKILL);
  EXPECT_FALSE(killed.ok());
  EXPECT_EQ(killed.text(), "killed by signal 9 (Killed)");
}

TEST(Run, OutputAndErrorsComeInTheOrderWritten) {
  std::string output;
  Command command = shell("for i in 1 2 3; do echo out $i; echo err $i >&2; done");
  command.output = [&](std::string_view bytes) { output += bytes; };
  run(command);
  EXPECT_EQ(output, "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n");
}

TEST(Run, StandardOutputCanGoElsewhereThanErrors) {
  std::string output, errors;
  Command command = shell("echo data; echo complaint >&2");
  command.standard_output = [&](std::string_view bytes) { output += bytes; };
  command.output = [&](std::string_view bytes) { errors += bytes; };
  run(command);
  EXPECT_EQ(output, "data\n");
  EXPECT_EQ(errors, "complaint\n");
}

TEST(Run, InputIsGivenWholeAndNeedNotBeRead) {
  Command command = shell("wc -c");
  command.input = std::string(3'000'000, 'x');
  EXPECT_EQ(capture(command), "3000000\n");
  command.argv = {"true"};
  EXPECT_TRUE(run(command).ok());
  EXPECT_EQ(capture(shell("wc -c")), "0\n");
}

TEST(Run, EnvironmentAndDirectoryAreTheGivenOnes) {
  TempDir tmp;
  Command command = shell("pwd; env | sort | grep -v -e ^PWD= -e ^OLDPWD= -e ^_= -e ^SHLVL=");
  command.cwd = tmp.path();
  command.env.set("A", "b c");
  EXPECT_EQ(capture(command), tmp.path() + "\nA=b c\nPATH=/usr/local/bin:/usr/bin:/bin\n");
}

TEST(Run, TheProgramIsFoundInThePathOfItsOwnEnvironment) {
  TempDir tmp;
  make_program(tmp.path() + "/bin/tool", "#!/bin/sh\necho \"tool as $0\"\n");
  Command command;
  command.argv = {"tool"};
  command.env.set("PATH", "/nonexistent:" + tmp.path() + "/bin");
  command.cwd = "/";
  EXPECT_EQ(capture(command), "tool as " + tmp.path() + "/bin/tool\n");
}

TEST(Run, BackgroundProcessesOfTheGroupEndWithTheProgram) {
  const std::string pid = capture(shell("sleep 1000 >/dev/null 2>&1 & echo $!"));
  for (int i = 0; i < 6000 && is_running(pid); ++i) // until init has reaped it
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_FALSE(is_running(pid));
}

TEST(Run, TimesAndMemoryAreMeasured) {
  const ExitStatus status = run(shell("i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done"));
  EXPECT_GT(status.wall_s, 0);
  EXPECT_GT(status.cpu_s, 0);
  EXPECT_EQ(status.isolation, "");
}

TEST(Run, ManyThreadsCanRunProgramsAtOnce) {
  std::vector<std::string> outputs(16);
  {
    std::vector<std::jthread> threads;
    threads.reserve(outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i)
      threads.emplace_back([&, i] { outputs[i] = capture(shell("echo " + std::to_string(i))); });
  }
  for (std::size_t i = 0; i < outputs.size(); ++i)
    EXPECT_EQ(outputs[i], std::to_string(i) + "\n");
}

TEST(Capture, AFailedProgramIsAnErrorWithItsLastLines) {
  EXPECT_EQ(message_of([] { capture(shell("echo data; echo first >&2; echo last >&2; exit 4")); }),
            "sh -c 'echo data; echo first >&2; echo last >&2; exit 4': exit status 4"
            "\n  | first\n  | last");
  EXPECT_EQ(code_of([] { capture(shell("exit 1")); }), "process.failed");
}

TEST(Capture, AStopIsAnInterruption) {
  std::stop_source stop;
  stop.request_stop();
  try {
    capture(shell("exec sleep 1000"), stop.get_token());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
}

} // namespace
} // namespace hdist
