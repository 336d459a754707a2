#include "build/build_log.h"

#include "data/compress.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {

namespace {

class BuildLogTest : public testing::Test {
protected:
  std::string compressed() const {
    return zstd_decompress(read_file(tmp_.path() + "/log.zst"), 100 << 20);
  }
  TempDir tmp_;
  RecordedEvents events_;
  Dir dir_ = Dir::open(tmp_.path());
};

TEST_F(BuildLogTest, PlainFileFollowsTheOutputAtOnce) {
  BuildLog log(dir_, "zlib/abc", events_);
  log.write("half");
  EXPECT_EQ(read_file(log.path()), "half");
  EXPECT_TRUE(events_.lines().empty());
  log.write(" a line\nnext\n");
  EXPECT_EQ(read_file(log.path()), "half a line\nnext\n");
  ASSERT_EQ(events_.lines().size(), 2u);
  EXPECT_EQ(events_.lines()[0].text, "half a line");
  EXPECT_EQ(events_.lines()[0].name, "zlib/abc");
}

TEST_F(BuildLogTest, CompressedFileHasATimeForEachLine) {
  BuildLog log(dir_, "x", events_);
  log.write("one\n\ntwo");
  log.finish();
  const std::string text = compressed();
  EXPECT_TRUE(testing::internal::RE::FullMatch(
      text, testing::internal::RE("[0-9]+\\.[0-9]+ one\n[0-9]+\\.[0-9]+ \n[0-9]+\\.[0-9]+ two\n")))
      << text;
}

TEST_F(BuildLogTest, KeepsTheLastTwentyLinesPrintable) {
  BuildLog log(dir_, "x", events_);
  for (int i = 0; i < 50; ++i)
    log.write("line " + std::to_string(i) + "\x1b[0m\n");
  ASSERT_EQ(log.last_lines().size(), 20u);
  EXPECT_EQ(log.last_lines().front(), "line 30\\x1b[0m");
  EXPECT_EQ(log.last_lines().back(), "line 49\\x1b[0m");
}

TEST_F(BuildLogTest, ALineWithoutEndDoesNotGrowInMemory) {
  BuildLog log(dir_, "x", events_);
  const std::string piece(10'000, 'x');
  for (int i = 0; i < 100; ++i)
    log.write(piece);
  log.finish();
  EXPECT_EQ(read_file(log.path()).size(), 1'000'000u);
  ASSERT_GT(events_.lines().size(), 10u);
  EXPECT_EQ(events_.lines()[0].text.size(), 65536u);
}

TEST_F(BuildLogTest, ErrorsAreThoseOfTheLastCommand) {
  BuildLog log(dir_, "x", events_);
  log.begin_command("configure", "./configure");
  log.write("a: error: old\nno end of line");
  log.begin_command("make", "make all");
  EXPECT_FALSE(log.first_error());
  log.write("b: error: new\nb: error: later\n");
  EXPECT_EQ(log.first_error().value().line, "b: error: new");
  EXPECT_EQ(read_file(log.path()), "== configure: ./configure\na: error: old\nno end of line\n"
                                   "== make: make all\nb: error: new\nb: error: later\n");
}

} // namespace

} // namespace hdist
