#include "build/mapped_file.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>

namespace hdist {

namespace {

TEST(MappedFile, ShowsAllBytesOfAFile) {
  TempDir tmp;
  const std::string content = std::string(10'000, 'x') + '\0' + "end";
  write_file(tmp.path() + "/f", content);
  const Fd file = Dir::open(tmp.path()).open_file("f", O_RDONLY);
  EXPECT_EQ(MappedFile(file, "f").bytes(), content);
}

TEST(MappedFile, OfAnEmptyFileIsEmpty) {
  TempDir tmp;
  write_file(tmp.path() + "/f", "");
  const Fd file = Dir::open(tmp.path()).open_file("f", O_RDONLY);
  EXPECT_TRUE(MappedFile(file, "f").bytes().empty());
}

TEST(MappedFile, NamesAFileThatCannotBeMapped) {
  const Fd file = Dir::open("/dev").open_file("null", O_RDONLY);
  EXPECT_TRUE(MappedFile(file, "/dev/null").bytes().empty());
  EXPECT_NE(message_of([] { MappedFile(Fd(), "nothing"); }).find("nothing"), std::string::npos);
}

} // namespace

} // namespace hdist
