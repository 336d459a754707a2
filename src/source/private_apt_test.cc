#include "source/private_apt.h"

#include "source/apt_testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

Deadline soon(std::chrono::seconds limit = std::chrono::seconds(60)) {
  return {std::chrono::steady_clock::now() + limit, {}};
}

TEST(PrivateApt, ReadsWhatPrintUrisPrints) {
  std::optional<AptRow> row =
      parse_apt_row("'http://pool/g/g%2b%2b_1.orig.tar.gz' g++_1.orig.tar.gz 123 SHA256:AB12\n");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->url, "http://pool/g/g++_1.orig.tar.gz");
  EXPECT_EQ(row->file, "g++_1.orig.tar.gz");
  EXPECT_EQ(row->size_bytes, 123);
  EXPECT_EQ(row->sha256_hex, "ab12");
  EXPECT_FALSE(parse_apt_row("Reading package lists..."));
  EXPECT_FALSE(parse_apt_row("'http://pool/x"));
  EXPECT_FALSE(parse_apt_row("'http://pool/x'"));
}

TEST(PrivateApt, KeepsItsStateToItself) {
  FakeApt fake;
  PrivateApt apt(fake.options);
  apt.prepare();
  std::string config = read_file(fake.path("state/apt.conf"));
  EXPECT_NE(config.find("Dir::State::lists \"" + fake.path("state/lists") + "\";"),
            std::string::npos);
  EXPECT_EQ(config.find("$D"), std::string::npos);
  EXPECT_EQ(config.substr(0, 21), "#clear APT::Update;\n#");
  EXPECT_EQ(read_file(fake.path("state/src.sources")),
            "Types: deb-src\nURIs: http://pool/debian\nSuites: stable\nComponents: main\n\n");
  EXPECT_EQ(read_file(fake.path("state/status")), "");
  apt.update(soon());
  EXPECT_EQ(fake.call_text(), "apt-get -c " + fake.path("state/apt.conf") + " -qq update\n");
}

TEST(PrivateApt, IsFreshForADayAndForTheSameSources) {
  FakeApt fake;
  PrivateApt apt(fake.options);
  apt.prepare();
  EXPECT_FALSE(apt.is_fresh());
  apt.update(soon());
  EXPECT_TRUE(apt.is_fresh());
  std::filesystem::last_write_time(fake.path("state/updated"),
                                   std::filesystem::file_time_type::clock::now() -
                                       std::chrono::hours(25));
  EXPECT_FALSE(apt.is_fresh());
  apt.update(soon());
  write_file(fake.path("etc/sources.list"), "deb http://other/debian stable main\n");
  apt.prepare();
  EXPECT_FALSE(apt.is_fresh());
}

TEST(PrivateApt, AFailedUpdateIsAComplaintWhenThereAreLists) {
  FakeApt fake;
  fake.on_update("exit 100");
  PrivateApt apt(fake.options);
  apt.prepare();
  EXPECT_EQ(message_of([&] { apt.update(soon()); }),
            "the indexes of the host's package archives could not be read: apt-get ended with exit "
            "status 100");
  write_file(fake.path("state/lists/pool_Sources"), "");
  fake.on_update("echo 'E: Failed to fetch http://a/InRelease  No host' >&2; exit 100");
  EXPECT_EQ(apt.update(soon()), "http://a/InRelease: No host");
}

TEST(PrivateApt, ComplaintsAreBroughtDownToTheArchives) {
  EXPECT_EQ(apt_complaint("W: something\n"
                          "E: Failed to fetch http://a/InRelease  Could not resolve 'a'\n"
                          "E: Failed to fetch http://b/InRelease  404  Not Found\n"
                          "E: Some index files failed to download. They have been ignored.\n"),
            "http://a/InRelease: Could not resolve 'a'; http://b/InRelease: 404  Not Found");
  EXPECT_EQ(apt_complaint("E: 1\nE: 2\n\nE: 3\nE: 4\nE: 5\n"), "E: 1; E: 2; E: 3; and 2 more");
  EXPECT_EQ(apt_complaint("\n"), "");
}

TEST(PrivateApt, WithoutAptOrSourcesItSaysSo) {
  FakeApt fake;
  DebOptions options = fake.options;
  options.apt_get = fake.path("absent");
  EXPECT_EQ(code_of([&] { PrivateApt(options).prepare(); }), "debsrc.no-apt");
  write_file(fake.path("etc/sources.list"), "");
  EXPECT_EQ(code_of([&] { PrivateApt(fake.options).prepare(); }), "debsrc.no-sources");
}

TEST(PrivateApt, AProgramThatHangsIsEndedByTheDeadline) {
  FakeApt fake;
  fake.on_update("sleep 600");
  PrivateApt apt(fake.options);
  apt.prepare();
  EXPECT_EQ(code_of([&] { apt.update(soon(std::chrono::seconds(0))); }), "debsrc.update-failed");
}

TEST(PrivateApt, StopsWhenAsked) {
  FakeApt fake;
  PrivateApt apt(fake.options);
  apt.prepare();
  std::stop_source stop;
  stop.request_stop();
  Deadline deadline = soon();
  deadline.stop = stop.get_token();
  EXPECT_EQ(code_of([&] { apt.update(deadline); }), "source.stopped");
}

} // namespace
} // namespace hdist
