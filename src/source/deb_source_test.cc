#include "source/deb_source.h"

#include "base/lease.h"
#include "base/parallel.h"
#include "source/apt_testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

constexpr const char* kRow = "'http://pool/lua_5.orig.tar.gz' lua_5.orig.tar.gz 10 SHA256:aa";

TEST(DebSource, FindsAFileWithItsDigest) {
  FakeApt fake;
  fake.add("lua", "5-1", std::string("'http://pool/lua_5-1.dsc' lua_5-1.dsc 3 SHA256:bb\n") + kRow);
  DebFile file = DebSources(fake.options, fake.events).find("lua/lua_5.orig.tar.gz");
  EXPECT_EQ(file.urls, std::vector<std::string>{"http://pool/lua_5.orig.tar.gz"});
  EXPECT_EQ(file.sha256_hex, "aa");
  EXPECT_EQ(file.size_bytes, 10);
}

std::string paragraph(const std::string& version, const std::string& directory,
                      const std::string& sha256) {
  return "Package: lua\nVersion: " + version + "\nDirectory: " + directory +
         "\nChecksums-Sha512:\n " + std::string(128, 'd') +
         " 10 lua_5.orig.tar.gz\nChecksums-Sha256:\n " + sha256 + " 10 lua_5.orig.tar.gz\n\n";
}

constexpr const char* kRowOf512 =
    "'http://pool/debian/pool/l/lua_5.orig.tar.gz' lua_5.orig.tar.gz 10 SHA512:dddd";

TEST(DebSource, WhereAptPrintsOnlyTheSha512TheSha256IsThatOfTheIndex) {
  FakeApt fake;
  const std::string good(64, 'a');
  fake.add("lua", "5-1", kRowOf512);
  write_file(fake.path("versions/lua"), paragraph("5-0", "pool/l", std::string(64, 'c')) +
                                            paragraph("5-1", "pool/l", good) +
                                            paragraph("5-1", "other/l", std::string(64, 'b')));
  EXPECT_EQ(DebSources(fake.options, fake.events).find("lua=5-1/lua_5.orig.tar.gz").sha256_hex,
            good);
}

TEST(DebSource, TheParagraphsOfAllVersionsAreReadOnce) {
  FakeApt fake;
  std::string paragraphs;
  for (const char* version : {"5-1", "5-2", "5-3"}) {
    fake.add("lua", version, kRowOf512);
    paragraphs += paragraph(version, "pool/l", std::string(64, 'a'));
  }
  write_file(fake.path("versions/lua"), paragraphs);
  DebSources(fake.options, fake.events).find("lua/lua_5.orig.tar.gz");
  EXPECT_EQ(fake.calls("showsrc"), 1);
}

TEST(DebSource, AnArchiveOfOneDirectoryHasTheSha256OfItsIndexToo) {
  FakeApt fake;
  const std::string good(64, 'a');
  fake.add("lua", "5-1", "'http://pool/flat/./lua_5.orig.tar.gz' lua_5.orig.tar.gz 10 SHA512:dd");
  write_file(fake.path("versions/lua"), paragraph("5-1", ".", good));
  EXPECT_EQ(DebSources(fake.options, fake.events).find("lua/lua_5.orig.tar.gz").sha256_hex, good);
}

TEST(DebSource, AnIndexThatSaysTwoThingsOfAFileVouchesForNeither) {
  FakeApt fake;
  fake.add("lua", "5-1", kRowOf512);
  write_file(fake.path("versions/lua"), paragraph("5-1", "pool/l", std::string(64, 'a')) +
                                            paragraph("5-1", "pool/l", std::string(64, 'b')));
  EXPECT_EQ(DebSources(fake.options, fake.events).find("lua/lua_5.orig.tar.gz").sha256_hex, "");
}

TEST(DebSource, AllVersionsAreAskedForOtherAddressesOfTheSameContent) {
  FakeApt fake;
  fake.add("lua", "5-2", "'http://security/lua_5.orig.tar.gz' lua_5.orig.tar.gz 10 SHA256:aa");
  fake.add("lua", "5-1", kRow);
  fake.add("lua", "5-0", "'http://old/lua_5.orig.tar.gz' lua_5.orig.tar.gz 11 SHA256:cc");
  DebSources deb(fake.options, fake.events);
  EXPECT_EQ(deb.find("lua/lua_5.orig.tar.gz").urls,
            (std::vector<std::string>{"http://security/lua_5.orig.tar.gz",
                                      "http://pool/lua_5.orig.tar.gz"}));
  EXPECT_EQ(deb.find("lua=5-1/lua_5.orig.tar.gz").urls,
            std::vector<std::string>{"http://pool/lua_5.orig.tar.gz"});
}

TEST(DebSource, TheIndexesAreReadOnceADayAndAnswersAreKept) {
  FakeApt fake;
  fake.add("lua", "5-1", kRow);
  {
    DebSources deb(fake.options, fake.events);
    deb.find("lua/lua_5.orig.tar.gz");
    deb.find("lua/lua_5.orig.tar.gz");
  }
  DebSources(fake.options, fake.events).find("lua/lua_5.orig.tar.gz");
  EXPECT_EQ(fake.calls("update"), 1);
  EXPECT_EQ(fake.calls("showsrc"), 2);
}

TEST(DebSource, AnUnknownFileReadsTheIndexesAgainButOnceInARun) {
  FakeApt fake;
  fake.add("lua", "5-1", kRow);
  DebSources(fake.options, fake.events).find("lua/lua_5.orig.tar.gz");
  DebSources deb(fake.options, fake.events);
  EXPECT_EQ(message_of([&] { deb.find("lua/other.tar.gz"); }),
            "the host's source archives have no file other.tar.gz of the source package lua");
  EXPECT_EQ(message_of([&] { deb.find("unknown/other.tar.gz"); }),
            "the host's source archives have no source package unknown");
  EXPECT_EQ(fake.calls("update"), 2);
}

TEST(DebSource, ADeadArchiveAmongOthersIsNamedWhereItMatters) {
  FakeApt fake;
  fake.add("lua", "5-1", kRow);
  fake.on_update("touch $D/lists/pool_Sources; echo 'E: third party' >&2; exit 100");
  DebSources deb(fake.options, fake.events);
  EXPECT_EQ(deb.find("lua/lua_5.orig.tar.gz").urls.size(), 1U);
  for (const Message& message : fake.events.messages())
    EXPECT_EQ(message.level, Level::info) << message.text;
  EXPECT_EQ(message_of([&] { deb.find("lua/other"); }),
            "the host's source archives have no file other of the source package lua, but not all "
            "could be read: E: third party");
}

TEST(DebSource, AnUpdateThatFailedIsNotTriedAgainInThisRun) {
  FakeApt fake;
  fake.on_update("exit 100");
  DebSources deb(fake.options, fake.events);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(code_of([&] { deb.find("lua/x"); }), "debsrc.update-failed");
  EXPECT_EQ(fake.calls("update"), 1);
}

TEST(DebSource, BadAddressesNeverReachApt) {
  FakeApt fake;
  DebSources deb(fake.options, fake.events);
  for (const char* text : {"", "lua", "lua/", "/x", "-o/x", "lua/a/b", "lua/../x", "lua=/x",
                           "lua=1 2/x", "lua;rm/x", "lua/-x"})
    EXPECT_EQ(code_of([&] { deb.find(text); }), "debsrc.bad-address") << text;
  EXPECT_FALSE(std::filesystem::exists(fake.path("calls")));
}

TEST(DebSource, SeveralThreadsAndProcessesShareTheState) {
  FakeApt fake;
  fake.add("lua", "5-1", kRow);
  DebSources a(fake.options, fake.events), b(fake.options, fake.events);
  parallel_for(8, 8, [&](std::size_t i) {
    EXPECT_EQ((i % 2 == 0 ? a : b).find("lua/lua_5.orig.tar.gz").urls.size(), 1U);
  });
  EXPECT_EQ(fake.calls("update"), 1);
  EXPECT_FALSE(std::filesystem::exists(fake.path("state/apt.claim")));
}

TEST(DebSource, AClaimOfADeadProcessIsTakenOver) {
  FakeApt fake;
  fake.add("lua", "5-1", kRow);
  LeaseHolder gone = LeaseHolder::self("0123456789abcdef0123456789abcdef");
  gone.start_time += 1; // no such process: another one has its number
  write_file(fake.path("state/apt.claim"), gone.text());
  EXPECT_EQ(DebSources(fake.options, fake.events).find("lua/lua_5.orig.tar.gz").size_bytes, 10);
}

} // namespace
} // namespace hdist
