#include "base/spawn.h"

#include "base/process.h"
#include "base/process_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace hdist {
namespace {

TEST(Spawn, DescriptorsOfTheCallerAreClosed) {
  const int leaked = ::open("/dev/null", O_RDONLY); // NOLINT(android-cloexec-open): the point here
  ASSERT_GE(leaked, 3);
  EXPECT_EQ(capture(shell("ls /proc/$$/fd")), "0\n1\n2\n");
  ::close(leaked);
}

TEST(Spawn, DescriptorsThatAreHandedOnComeFrom64OnAndNoOthers) {
  TempDir tmp;
  write_file(tmp.path() + "/a", "a");
  write_file(tmp.path() + "/b", "b");
  const auto open_above = [&](const std::string& name) {
    const Fd fd(::open((tmp.path() + name).c_str(), O_RDONLY | O_CLOEXEC));
    return Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kFirstHandedOn + 2));
  };
  const Fd a = open_above("/a"), b = open_above("/b");
  const int leaked = ::open("/dev/null", O_RDONLY); // NOLINT(android-cloexec-open): the point here
  const int high = ::fcntl(leaked, F_DUPFD, kFirstHandedOn);
  Command command = shell("ls /proc/$$/fd; cat <&64; cat <&65");
  command.argv[0] = "bash"; // dash knows numbers of one digit only
  command.handed_on = {b.get(), a.get()};
  EXPECT_EQ(capture(command), "0\n1\n2\n64\n65\nba");
  ::close(leaked);
  ::close(high);
}

TEST(Spawn, BecomingAProgramEndsAsIt) {
  Env env = Env::current();
  env.set("CODE", "7");
  EXPECT_EXIT(become({"sh", "-c", "exit $CODE"}, env), testing::ExitedWithCode(7), "");
  EXPECT_EQ(code_of([&] { become({"/no/such/program"}, env); }), "process.not-found");
}

TEST(Spawn, WorksWhenTheCallerHasNoStandardDescriptors) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(0);
    ::close(1);
    ::close(2);
    Command command = shell("cat; echo error >&2");
    command.input = "in";
    std::string output;
    command.output = [&](std::string_view bytes) { output += bytes; };
    ::_exit(run(command).ok() && output == "inerror\n" ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
}

TEST(Spawn, AProgramThatIsStillBeingWrittenIsWaitedFor) {
  TempDir tmp;
  const std::string path = tmp.path() + "/tool";
  make_program(path, read_file("/bin/true"));
  Fd writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(writer);
  std::jthread closes([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    writer.reset();
  });
  EXPECT_EQ(code_of_running(path), "(no error)");
}

TEST(Spawn, AChildThatIsForgottenIsKilledAndReaped) {
  pid_t pid = 0;
  {
    const Fd input = make_input("");
    const Fd output = make_null_output();
    const Child child({.program = "/bin/sleep",
                       .argv = {"sleep", "1000"},
                       .environment = {},
                       .cwd = "",
                       .fds = {input.get(), output.get(), output.get()}});
    pid = child.pid();
    EXPECT_FALSE(child.await_end(0));
    EXPECT_EQ(::getsid(pid), pid);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(::waitpid(pid, nullptr, 0), -1) << "reaped";
}

TEST(Spawn, AnExitStatusThatSomebodyElseTookIsAnError) {
  const Fd output = make_null_output();
  Child child({.program = "/bin/true",
               .argv = {"true"},
               .environment = {},
               .cwd = "",
               .fds = {output.get(), output.get(), output.get()}});
  ASSERT_EQ(::waitpid(child.pid(), nullptr, 0), child.pid());
  EXPECT_EQ(code_of([&] { child.reap(); }), "process.lost");
}

TEST(Spawn, InputIsReadFromItsStart) {
  EXPECT_EQ(read_all(make_input("some text").get(), 100, "input"), "some text");
  EXPECT_EQ(read_all(make_input("").get(), 100, "input"), "");
}

} // namespace
} // namespace hdist
