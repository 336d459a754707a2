#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace hdist {
namespace {

TEST(Error, SaysTheMessageAndThenEachTaskInnermostFirst) {
  Error error(ErrorKind::failed, "source.hash-mismatch", "digest is a, expected b");
  error.during("fetching zlib").during("building lua");
  EXPECT_STREQ(error.what(),
               "digest is a, expected b\n  while fetching zlib\n  while building lua");
  EXPECT_EQ(error.message(), "digest is a, expected b");
  EXPECT_EQ(error.code(), "source.hash-mismatch");
  EXPECT_EQ(error.tasks().size(), 2U);
  EXPECT_EQ(error.system_errno(), 0);
}

TEST(Error, IsCaughtAsAStandardExceptionWithItsWholeText) {
  try {
    throw Error(Error(ErrorKind::usage, "x.y", "first").during("second"));
  } catch (const std::exception& error) {
    EXPECT_STREQ(error.what(), "first\n  while second");
  }
}

TEST(Error, AdviceIsAValue) {
  Error error(ErrorKind::refused, "store.format", "the store is newer");
  error.advise({"Use the newer program.", "", {}}).advise({"", "doctor", {"--store"}});
  ASSERT_EQ(error.advice().size(), 2U);
  EXPECT_EQ(error.advice()[1], (Advice{"", "doctor", {"--store"}}));
}

TEST(SystemError, NamesTheCallTheObjectAndTheReason) {
  const Error error = system_error(ENOENT, "openat", "/x/y");
  EXPECT_STREQ(error.what(), "openat /x/y: No such file or directory");
  EXPECT_EQ(error.code(), "system.ENOENT");
  EXPECT_EQ(error.system_errno(), ENOENT);
  EXPECT_EQ(error.kind(), ErrorKind::failed);
  EXPECT_TRUE(error.advice().empty());
}

TEST(SystemError, TheNameOfAFileCannotFakeALine) {
  EXPECT_STREQ(system_error(ENOENT, "openat", "/x/a\nhdist: done\x1b[2J").what(),
               "openat /x/a\\x0ahdist: done\\x1b[2J: No such file or directory");
}

TEST(SystemError, AdvisesWhereAPersonCanDoSomething) {
  for (const int number : {ENOSPC, EDQUOT, EROFS, EACCES, EMFILE, EAGAIN, ENAMETOOLONG}) {
    const Error error = system_error(number, "write", "/x");
    ASSERT_EQ(error.advice().size(), 1U) << number;
    EXPECT_TRUE(error.advice()[0].text.ends_with(".")) << error.advice()[0].text;
    EXPECT_TRUE(error.advice()[0].verb.empty());
  }
}

TEST(SystemError, AFullDiskAndAUsedUpQuotaAreTheSame) {
  EXPECT_TRUE(system_error(ENOSPC, "write", "/x").is_disk_full());
  EXPECT_TRUE(system_error(EDQUOT, "write", "/x").is_disk_full());
  EXPECT_FALSE(system_error(EIO, "write", "/x").is_disk_full());
}

TEST(SystemError, AnUnknownNumberStillGivesACode) {
  const Error error = system_error(4242, "open", "/x");
  EXPECT_EQ(error.code(), "system.4242");
  EXPECT_STREQ(error.what(), "open /x: unknown error 4242");
}

TEST(SystemError, ThrowErrnoUsesTheErrorOfTheLastCall) {
  errno = EISDIR;
  try {
    throw_errno("read", "/etc");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "system.EISDIR");
  }
}

TEST(ExitCode, IsTheOnePromisedForEachKind) {
  EXPECT_EQ(exit_code(ErrorKind::failed), 1);
  EXPECT_EQ(exit_code(ErrorKind::usage), 2);
  EXPECT_EQ(exit_code(ErrorKind::refused), 3);
  EXPECT_EQ(exit_code(ErrorKind::interrupted), 130);
}

} // namespace
} // namespace hdist
