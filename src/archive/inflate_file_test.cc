#include "archive/inflate_file.h"

#include "archive/archive_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>

namespace hdist {
namespace {

class InflateFile : public ::testing::Test {
protected:
  InflateFile() { set_archive_module_dir(HDIST_MODULE_DIR); }
  std::string inflate(const std::string& name, const InflateOptions& options) const {
    std::string bytes;
    const Fd file = Dir::open(tmp_.path()).open_file(name, O_RDONLY);
    inflate_file(file.get(), name, options, [&](std::string_view piece) { bytes += piece; });
    return bytes;
  }
  void shell(const std::string& text) const {
    ASSERT_EQ(std::system(("cd " + tmp_.path() + " && " + text).c_str()),
              0); // NOLINT: a test's own
  }
  TempDir tmp_;
};

TEST_F(InflateFile, GivesWhatWasCompressed) {
  std::string text;
  for (int i = 0; i < 50000; ++i)
    text += "line " + std::to_string(i) + "\n";
  write_file(tmp_.path() + "/plain", text);
  shell("gzip -k plain; xz -k plain");
  EXPECT_EQ(inflate("plain", {}), text);
  EXPECT_EQ(inflate("plain.gz", {.compression = ArchiveCompression::gzip}), text);
  EXPECT_EQ(inflate("plain.xz", {.compression = ArchiveCompression::xz}), text);
}

TEST_F(InflateFile, WhatIsOfAnotherKindDamagedOrTooLargeIsRefused) {
  write_file(tmp_.path() + "/plain", std::string(100000, 'x'));
  shell("gzip -k plain; head -c 50 plain.gz >short.gz");
  const InflateOptions xz{.compression = ArchiveCompression::xz};
  const InflateOptions gzip{.compression = ArchiveCompression::gzip};
  EXPECT_EQ(code_of([&] { inflate("plain.gz", xz); }), "archive.invalid");
  EXPECT_EQ(code_of([&] { inflate("short.gz", gzip); }), "archive.invalid");
  InflateOptions small = gzip;
  small.limit_bytes = 1000;
  EXPECT_EQ(code_of([&] { inflate("plain.gz", small); }), "archive.too-large");
}

} // namespace
} // namespace hdist
