#include "archive/archive_file.h"

#include "base/dir.h"
#include "base/error.h"
#include "testing/testing.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace hdist {
namespace {

class ArchiveFileTest : public testing::Test {
protected:
  Fd open_with(const std::string& bytes) {
    write_file(tmp_.path() + "/x", bytes);
    return Fd(open((tmp_.path() + "/x").c_str(), O_RDWR | O_CLOEXEC));
  }
  TempDir tmp_;
};

TEST_F(ArchiveFileTest, ShowsEveryPieceOnceWhereverTheDescriptorStands) {
  std::string bytes(1'000'000, 'a');
  bytes += "end";
  Fd fd = open_with(bytes);
  lseek(fd.get(), 5, SEEK_SET);
  std::string seen, read;
  ArchiveFile file(fd.get(), "x", [&](std::string_view piece) { seen += piece; }, {});
  read += file.next();
  std::string last(3, ' ');
  EXPECT_EQ(file.read_at(1'000'000, last.data(), 3), 3U); // is not shown
  EXPECT_EQ(last, "end");
  EXPECT_EQ(file.read_at(1'000'002, last.data(), 3), 1U);
  file.drain();
  EXPECT_TRUE(file.next().empty());
  EXPECT_EQ(seen, bytes);
  EXPECT_TRUE(bytes.starts_with(read));
  EXPECT_EQ(lseek(fd.get(), 0, SEEK_CUR), 5);
}

TEST_F(ArchiveFileTest, NoticesThatTheFileIsWrittenTo) {
  Fd fd = open_with("before");
  ArchiveFile file(fd.get(), "x", {}, {});
  file.check_unchanged();
  ASSERT_EQ(pwrite(fd.get(), "more", 4, 6), 4);
  EXPECT_EQ(message_of([&] { file.check_unchanged(); }), "x was written to while it was read");
}

TEST_F(ArchiveFileTest, NamesTheFileInErrors) {
  Fd fd = open_with("");
  ArchiveFile file(fd.get(), "lua.tar.gz", {}, {});
  EXPECT_EQ(message_of([&] { file.invalid("why"); }), "lua.tar.gz is not a valid archive: why");
}

} // namespace
} // namespace hdist
