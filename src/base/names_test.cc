#include "base/names.h"

#include "testing/testing.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace hdist {
namespace {

TEST(CheckName, TakesWhatStaysBelow) {
  for (const char* name : {"a", ".", "a/b", "./a", "a//b", "a/./b", "...", "..a", "a..", " ", "-"})
    EXPECT_EQ(message_of([&] { check_name(name); }), "(no error)") << name;
}

TEST(CheckName, SaysWhatIsWrong) {
  EXPECT_EQ(message_of([] { check_name(""); }), "refused the file name \"\": it is empty");
  EXPECT_EQ(message_of([] { check_name("/a"); }),
            "refused the file name \"/a\": it is absolute, expected a name below the directory");
  EXPECT_EQ(message_of([] { check_name(std::string_view("a\0b", 3)); }),
            "refused the file name \"a\\x00b\": it contains a NUL byte");
  EXPECT_EQ(message_of([] { check_name("a/../b"); }),
            "refused the file name \"a/../b\": it has a \"..\" part");
  EXPECT_EQ(message_of([] { check_name("a/"); }), "refused the file name \"a/\": it ends in '/'");
  EXPECT_EQ(message_of([] { check_name("a/."); }),
            "refused the file name \"a/.\": it ends in \"/.\"");
}

TEST(OpenRetrying, KeepsTheReasonOfAFailure) {
  EXPECT_EQ(open_retrying(AT_FDCWD, "/no/such/file", O_RDONLY), -1);
  EXPECT_EQ(errno, ENOENT);
}

TEST(SyncDescriptor, DoesNothingWhereThatIsNotPossible) {
  const Fd null(open_retrying(AT_FDCWD, "/dev/null", O_WRONLY));
  sync_descriptor(null.get(), "/dev/null");
  EXPECT_EQ(message_of([] { sync_descriptor(-1, "/x"); }), "fsync /x: Bad file descriptor");
}

TEST(TemporaryName, IsNeverTheSame) {
  EXPECT_NE(temporary_name(), temporary_name());
  EXPECT_TRUE(temporary_name().starts_with(".tmp-"));
}

} // namespace
} // namespace hdist
