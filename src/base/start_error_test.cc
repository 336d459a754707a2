#include "base/spawn.h"

#include "base/process.h"
#include "base/process_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(StartError, WhatCannotBeStartedIsNamed) {
  TempDir tmp;
  const std::string& dir = tmp.path();
  make_program(dir + "/data", "#!/bin/sh\n", 0644);
  make_program(dir + "/no-line", "echo x\n");
  make_program(dir + "/bad-line", "#!/no/such/interpreter -x\necho x\n");
  EXPECT_EQ(code_of_running("no-such-program"), "process.not-found");
  EXPECT_EQ(code_of_running("/no/such/program"), "process.not-found");
  EXPECT_EQ(code_of_running("./no-such-program", dir), "process.not-found");
  EXPECT_EQ(code_of_running(dir + "/data"), "process.not-executable");
  EXPECT_EQ(code_of_running(dir), "process.not-executable");
  EXPECT_EQ(code_of_running(dir + "/no-line"), "process.not-executable");
  EXPECT_EQ(code_of_running(dir + "/bad-line"), "process.bad-interpreter");
  EXPECT_EQ(code_of_running("./bad-line", dir), "process.bad-interpreter");
  EXPECT_EQ(code_of_running("true", dir + "/missing"), "process.no-directory");
  EXPECT_EQ(code_of_running(""), "process.no-program");
  EXPECT_EQ(code_of([] { run(Command{}); }), "process.no-program");
  EXPECT_EQ(message_of([&] {
              Command c = shell("");
              c.argv = {dir + "/bad-line"};
              run(c);
            }),
            "cannot run " + dir +
                "/bad-line: its interpreter, by its first line "
                "\"#!/no/such/interpreter -x\", is missing or may not be executed");
}

TEST(StartError, AProgramInPathThatMayNotBeExecutedIsNotCalledMissing) {
  TempDir tmp;
  make_program(tmp.path() + "/tool", "#!/bin/sh\n", 0644);
  Command command;
  command.argv = {"tool"};
  command.env.set("PATH", tmp.path());
  EXPECT_EQ(code_of([&] { run(command); }), "process.not-executable");
}

TEST(StartError, AnEmptyPathIsNamed) {
  Command command;
  command.argv = {"tool"};
  command.env.set("PATH", "");
  EXPECT_EQ(code_of([&] { run(command); }), "process.not-found");
  EXPECT_EQ(message_of([&] { run(command); }), "cannot run tool: PATH is empty");
}

TEST(StartError, AMissingLoaderOfAProgramIsNamed) {
  TempDir tmp;
  std::string program = read_file("/bin/true");
  const std::size_t loader = program.find("/ld-linux");
  if (loader == std::string::npos) GTEST_SKIP() << "/bin/true has no such loader";
  program.replace(loader, 9, "/no-linux");
  make_program(tmp.path() + "/moved", program);
  EXPECT_EQ(code_of_running(tmp.path() + "/moved"), "process.bad-interpreter");
}

TEST(StartError, TooManyArgumentsAreAClearError) {
  Command command = shell("");
  command.argv = {"true", std::string(4 << 20, 'x')};
  EXPECT_EQ(code_of([&] { run(command); }), "process.too-long");
}

} // namespace
} // namespace hdist
