#include "source/content_kind.h"

#include "source/source_testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(ContentKind, SaysInWordsWhatBytesLookLike) {
  EXPECT_EQ(describe_content(""), "an empty file");
  EXPECT_EQ(describe_content("  <!DOCTYPE html><html>"), "an HTML page");
  EXPECT_EQ(describe_content("<HTML lang=en>"), "an HTML page");
  EXPECT_EQ(describe_content("<?xml version"), "an XML document");
  EXPECT_EQ(describe_content(fake_tar_gz("")), "a tar.gz archive");
  EXPECT_EQ(describe_content(std::string("\xfd"
                                         "7zXZ\0",
                                         6)),
            "a tar.xz archive");
  EXPECT_EQ(describe_content("HDSTPCK1"), "a pack of files");
  EXPECT_EQ(describe_content("hdist-dir 1\ne"), "a stream of a directory");
  EXPECT_EQ(describe_content("404 not found\nsorry"), "text that begins with \"404 not found\"");
  EXPECT_EQ(describe_content(std::string("\0\1\2", 3)), "binary data of an unknown kind");
}

TEST(ContentKind, RefusesWhatIsNotOfTheType) {
  std::string page = "<html><body>Not here</body></html>";
  EXPECT_EQ(message_of([&] { check_content(SourceType::tar_gz, page, "http://h/x.tgz"); }),
            "http://h/x.tgz gave an HTML page, expected a tar.gz archive");
  EXPECT_EQ(code_of([&] { check_content(SourceType::zip, fake_tar_gz(""), ""); }),
            "source.not-an-archive");
  EXPECT_EQ(code_of([&] { check_content(SourceType::dir, "hdist-dir 2\n", ""); }),
            "source.not-an-archive");
  EXPECT_EQ(code_of([&] { check_content(SourceType::files, page, ""); }), "source.not-an-archive");
  EXPECT_NO_THROW(check_content(SourceType::file, page, ""));
  EXPECT_NO_THROW(check_content(SourceType::tar_gz, fake_tar_gz("x"), ""));
}

} // namespace
} // namespace hdist
