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
