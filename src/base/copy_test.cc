#include "base/copy.h"

#include "base/dir.h"
#include "testing/testing.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

namespace hdist {
namespace {

TEST(CopyContent, CopiesAllBytes) {
  const TempDir tmp;
  const Dir dir = Dir::open(tmp.path());
  for (const std::size_t size : {0U, 1U, 4096U, 5'000'001U}) {
    std::string bytes(size, 'x');
    for (std::size_t i = 0; i < size; i += 997)
      bytes[i] = static_cast<char>(i % 251);
    dir.write_file("from", bytes);
    const Fd from = dir.open_file("from", O_RDONLY);
    const Fd to = dir.open_file("to", O_WRONLY | O_CREAT | O_TRUNC);
    copy_content(from.get(), to.get(), "to");
    EXPECT_EQ(dir.read_file("to"), bytes) << size;
  }
}

TEST(CopyContent, CopiesByHandWhatTheKernelDoesNotCopy) {
  const TempDir tmp;
  const Dir dir = Dir::open(tmp.path());
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd out(ends[0]);
  Fd in(ends[1]);
  write_all(in.get(), "through a pipe", "pipe");
  in.reset();
  const Fd to = dir.open_file("to", O_WRONLY | O_CREAT);
  copy_content(out.get(), to.get(), "to");
  EXPECT_EQ(dir.read_file("to"), "through a pipe");

  const Fd status =
      Dir::open("/proc/self").open_file("limits", O_RDONLY); // its size is said to be 0
  const Fd limits = dir.open_file("limits", O_WRONLY | O_CREAT);
  copy_content(status.get(), limits.get(), "limits");
  EXPECT_GT(dir.read_file("limits").size(), 100U);
}

TEST(CopyContent, AFailureNamesTheFile) {
  const TempDir tmp;
  const Dir dir = Dir::open(tmp.path());
  dir.write_file("from", "x");
  const Fd from = dir.open_file("from", O_RDONLY);
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  if (!full) GTEST_SKIP() << "there is no /dev/full";
  EXPECT_EQ(message_of([&] { copy_content(from.get(), full.get(), "/store/x"); }),
            "write /store/x: No space left on device");
}

} // namespace
} // namespace hdist
