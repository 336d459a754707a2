#include "base/process_look.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace hdist {
namespace {

TEST(ProcessLook, ThisProcessRunsAndBeganAfterItsParent) {
  const std::optional<ProcessLook> self = look_at_process(0);
  ASSERT_TRUE(self);
  EXPECT_TRUE(self->running);
  EXPECT_EQ(look_at_process(::getpid())->start_time, self->start_time);
  const std::optional<ProcessLook> parent = look_at_process(::getppid());
  if (!parent) GTEST_SKIP() << "the parent is not visible";
  EXPECT_LE(parent->start_time, self->start_time);
}

TEST(ProcessLook, TheCallerOfASubshellIsItsShell) {
  EXPECT_EQ(look_at_process(0)->parent, ::getppid());
  const pid_t shell = ::getpid();
  const pid_t subshell = ::fork(); // has our command line
  if (subshell == 0) {
    const pid_t program = ::fork();
    if (program == 0) ::_exit(calling_process() == shell ? 0 : 1);
    int status = 0;
    ::_exit(::waitpid(program, &status, 0) == program && status == 0 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(subshell, &status, 0), subshell);
  EXPECT_EQ(status, 0);
}

TEST(ProcessLook, AZombieDoesNotRunAndWhatIsReapedIsGone) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info;
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  const std::optional<ProcessLook> zombie = look_at_process(child);
  ASSERT_TRUE(zombie);
  EXPECT_FALSE(zombie->running);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_FALSE(look_at_process(child));
}

} // namespace
} // namespace hdist
