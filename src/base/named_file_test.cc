#include "base/named_file.h"

#include "base/dir.h"
#include "testing/testing.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace hdist {
namespace {

constexpr int64_t kLimit = 100;

TEST(NamedFile, LinksAreFollowedToTheirEnd) {
  const TempDir tmp;
  write_file(tmp.path() + "/far/file", "text");
  ASSERT_EQ(::symlink("far", (tmp.path() + "/dir").c_str()), 0);
  ASSERT_EQ(::symlink("dir/file", (tmp.path() + "/first").c_str()), 0);
  ASSERT_EQ(::symlink("first", (tmp.path() + "/second").c_str()), 0);
  EXPECT_EQ(read_named_file(tmp.path() + "/second", kLimit), "text");
}

TEST(NamedFile, WhatIsMissingIsNothing) {
  const TempDir tmp;
  ASSERT_EQ(::symlink("nowhere", (tmp.path() + "/link").c_str()), 0);
  write_file(tmp.path() + "/file", "");
  EXPECT_EQ(read_named_file(tmp.path() + "/link", kLimit), std::nullopt);
  EXPECT_EQ(read_named_file(tmp.path() + "/a/b", kLimit), std::nullopt);
  EXPECT_EQ(read_named_file(tmp.path() + "/file/b", kLimit), std::nullopt);
}

TEST(NamedFile, ADirectoryIsSaidToBeOne) {
  EXPECT_EQ(message_of([] { read_named_file("/", kLimit); }), "/ is a directory; expected a file");
}

TEST(NamedFile, ADeviceIsNoDocument) {
  for (const char* path : {"/dev/null", "/dev/zero"})
    EXPECT_EQ(message_of([&] { read_named_file(path, kLimit); }),
              std::string(path) + " is a device; expected a file");
}

TEST(NamedFile, ALoopOfLinksIsNoFile) {
  const TempDir tmp;
  ASSERT_EQ(::symlink("loop", (tmp.path() + "/loop").c_str()), 0);
  EXPECT_EQ(code_of([&] { read_named_file(tmp.path() + "/loop", kLimit); }), "file.bad-path");
  EXPECT_EQ(code_of([&] { read_named_file("/" + std::string(5000, 'x'), kLimit); }),
            "file.bad-path");
}

TEST(NamedFile, APipeOfAShellIsReadToItsEnd) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd reader(ends[0]);
  {
    const Fd writer(ends[1]);
    write_all(writer.get(), "text", "the pipe");
  }
  const std::string name = "/dev/fd/" + std::to_string(reader.get());
  EXPECT_EQ(folder_of_named(name), absolute_path("."));
  EXPECT_EQ(read_named_file(name, kLimit), "text");
}

TEST(NamedFile, AWriterOfANamedPipeIsOnlyWaitedForWhenThatIsMeant) {
  const TempDir tmp;
  const std::string name = tmp.path() + "/pipe";
  ASSERT_EQ(::mkfifo(name.c_str(), 0600), 0);
  EXPECT_EQ(message_of([&] { read_named_file(name, kLimit); }),
            name + " is a named pipe; expected a file");
  std::jthread writer([&] {
    const Fd fd(::open(name.c_str(), O_WRONLY | O_CLOEXEC));
    write_all(fd.get(), "text", name);
  });
  EXPECT_EQ(read_named_file(name, kLimit, Pipes::any), "text");
  EXPECT_EQ(folder_of_named(name), tmp.path());
}

TEST(NamedFile, ItIsNotReadBeyondTheLimit) {
  const TempDir tmp;
  write_file(tmp.path() + "/file", std::string(101, 'x'));
  EXPECT_NE(message_of([&] { read_named_file(tmp.path() + "/file", kLimit); }), "(no error)");
}

} // namespace
} // namespace hdist
