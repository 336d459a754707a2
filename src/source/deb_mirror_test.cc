#include "source/deb_mirror.h"

#include "net/fake_http.h"
#include "source/source_testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

class DebMirrorLab : public StoreLab {
public:
  DebMirrorLab() {
    options.address = "http://m/debian/";
    options.suites = {"stable"};
    options.check_signature = false;
    options.state_dir = path("deb");
    publish("stable", package("lua", "5-1", "lua.tar.gz", "x"));
  }
  static std::string package(const std::string& name, const std::string& version,
                             const std::string& file, const std::string& content) {
    return "Package: " + name + "\nVersion: " + version + "\nDirectory: pool/" + name +
           "\nChecksums-Sha256:\n " + sha256(content).hex() + " 1 " + file + "\n\n";
  }
  void publish(const std::string& suite, const std::string& sources, const std::string& more = "") {
    const std::string dists = "http://m/debian/dists/" + suite + "/";
    http.serve(dists + "Release", more + "SHA256:\n " + sha256(sources).hex() + " " +
                                      std::to_string(sources.size()) + " main/source/Sources\n");
    http.serve(dists + "main/source/Sources", sources);
  }
  DebFile find(const std::string& text) {
    Downloader downloader(store, http, dead_hosts, {});
    return DebMirror(options, downloader, events).find(text, Patience::little, Lane());
  }
  std::string message(const std::string& text) {
    return message_of([&] { find(text); });
  }
  FakeHttp http;
  DeadHosts dead_hosts{""};
  DebMirrorOptions options;
  RecordedEvents events;
};

TEST(DebMirror, AFileIsWhereItsIndexSays) {
  DebMirrorLab lab;
  const DebFile file = lab.find("lua/lua.tar.gz");
  EXPECT_EQ(file.urls, (std::vector<std::string>{"http://m/debian/pool/lua/lua.tar.gz"}));
  EXPECT_EQ(file.sha256_hex, sha256("x").hex());
  // The indexes are kept, but not what was found.
  EXPECT_EQ(lab.find("lua=5-1/lua.tar.gz").urls, file.urls);
  EXPECT_EQ(lab.http.requests().size(), 3U);
}

TEST(DebMirror, ANewReleaseBringsItsIndex) {
  DebMirrorLab lab;
  lab.find("lua/lua.tar.gz");
  lab.publish("stable", DebMirrorLab::package("lua", "6-1", "lua6.tar.gz", "y"));
  lab.options.keep_release = std::chrono::seconds(0);
  EXPECT_EQ(lab.find("lua/lua6.tar.gz").sha256_hex, sha256("y").hex());
}

TEST(DebMirror, WhatAKeptReleaseDoesNotHaveIsLookedForInTheNewOne) {
  DebMirrorLab lab;
  lab.find("lua/lua.tar.gz");
  lab.publish("stable", DebMirrorLab::package("lua", "6-1", "lua6.tar.gz", "y"));
  EXPECT_EQ(lab.find("lua/lua6.tar.gz").sha256_hex, sha256("y").hex());
}

TEST(DebMirror, WhatIsNowhereCostsOneMoreLook) {
  DebMirrorLab lab;
  lab.find("lua/lua.tar.gz");
  const std::size_t before = lab.http.requests().size();
  EXPECT_EQ(code_of([&] { lab.find("lua/lua6.tar.gz"); }), "debsrc.not-found");
  EXPECT_EQ(lab.http.requests().size(), before + 2); // InRelease and Release
}

TEST(DebMirror, AnIndexIsTakenByItsDigestWhereTheArchiveHasThat) {
  DebMirrorLab lab;
  const std::string sources = DebMirrorLab::package("lua", "6-1", "lua6.tar.gz", "y");
  lab.publish("stable", sources, "Acquire-By-Hash: yes\n");
  lab.http.serve("http://m/debian/dists/stable/main/source/Sources", "of tomorrow");
  lab.http.serve("http://m/debian/dists/stable/main/source/by-hash/SHA256/" + sha256(sources).hex(),
                 sources);
  EXPECT_EQ(lab.find("lua/lua6.tar.gz").sha256_hex, sha256("y").hex());
}

TEST(DebMirror, AnArchiveThatDoesNotKeepWhatItAnnouncesIsReadAtItsPlace) {
  DebMirrorLab lab;
  lab.publish("stable", DebMirrorLab::package("lua", "6-1", "lua6.tar.gz", "y"),
              "Acquire-By-Hash: yes\n");
  EXPECT_EQ(lab.find("lua/lua6.tar.gz").sha256_hex, sha256("y").hex());
}

TEST(DebMirror, AnIndexThatIsValidNoLongerIsRefused) {
  DebMirrorLab lab;
  lab.publish("stable", DebMirrorLab::package("lua", "5-1", "lua.tar.gz", "x"),
              "Valid-Until: Sat, 30 Nov 2024 12:00:00 UTC\n");
  EXPECT_EQ(code_of([&] { lab.find("lua/lua.tar.gz"); }), "debsrc.expired");
  EXPECT_TRUE(lab.message("lua/lua.tar.gz")
                  .starts_with("the index stable of http://m/debian is valid until "
                               "2024-11-30T12:00:00Z only, and it is "));
  lab.options.check_valid_until = false;
  EXPECT_EQ(lab.find("lua/lua.tar.gz").urls.size(), 1U);
}

TEST(DebMirror, AnIndexWhoseTimeCannotBeReadIsRefusedAndOneOfTheFutureTaken) {
  DebMirrorLab lab;
  const std::string sources = DebMirrorLab::package("lua", "5-1", "lua.tar.gz", "x");
  lab.publish("stable", sources, "Valid-Until: soon\n");
  EXPECT_EQ(code_of([&] { lab.find("lua/lua.tar.gz"); }), "debsrc.expired");
  lab.publish("stable", sources, "Valid-Until: Sat, 30 Nov 2999 12:00:00 UTC\n");
  lab.options.keep_release = std::chrono::seconds(0);
  EXPECT_EQ(lab.find("lua/lua.tar.gz").urls.size(), 1U);
}

TEST(DebMirror, AnOverloadedServerIsAskedAgain) {
  DebMirrorLab lab;
  const HttpFailure busy{
      .reason = HttpFailure::Reason::refused_by_server, .status = 503, .text = "busy"};
  lab.http.fail_at_first("http://m/debian/dists/stable/Release", busy, 2);
  EXPECT_EQ(lab.find("lua/lua.tar.gz").urls.size(), 1U);
}

TEST(DebMirror, NoSuiteLeadsOutOfTheArchive) {
  DebMirrorLab lab;
  lab.options.suites = {"../../x"};
  EXPECT_EQ(code_of([&] { lab.find("lua/lua.tar.gz"); }), "debsrc.bad-suite");
}

TEST(DebMirror, SuitesAreLookedAtInTheirOrder) {
  DebMirrorLab lab;
  lab.publish("updates", DebMirrorLab::package("lua", "5-2", "lua.tar.gz", "y") +
                             DebMirrorLab::package("tree", "1", "tree.tar.gz", "z"));
  lab.options.suites = {"stable", "updates"};
  EXPECT_EQ(lab.find("lua/lua.tar.gz").sha256_hex, sha256("x").hex());
  EXPECT_EQ(lab.find("lua=5-2/lua.tar.gz").sha256_hex, sha256("y").hex());
  EXPECT_EQ(lab.find("tree/tree.tar.gz").sha256_hex, sha256("z").hex());
}

TEST(DebMirror, WhatIsNotThereIsSaidWithWhereItWasLookedFor) {
  DebMirrorLab lab;
  EXPECT_EQ(lab.message("lua/other.tar.gz"), "http://m/debian has no file other.tar.gz of the "
                                             "source package lua; looked at: stable/main");
  lab.options.suites = {"nowhere"};
  EXPECT_EQ(lab.message("lua/lua.tar.gz"), "http://m/debian has no suite nowhere: neither "
                                           "InRelease nor Release is in dists/nowhere");
  lab.options.suites = {};
  EXPECT_EQ(code_of([&] { lab.find("lua/lua.tar.gz"); }), "debsrc.no-suite");
  EXPECT_EQ(code_of([&] { lab.find("nonsense"); }), "debsrc.bad-address");
}

TEST(DebMirror, AnIndexThatIsNotTheOneOfTheReleaseIsRefusedAndNotKept) {
  DebMirrorLab lab;
  lab.http.serve("http://m/debian/dists/stable/main/source/Sources",
                 DebMirrorLab::package("lua", "5-1", "lua.tar.gz", "e"));
  EXPECT_EQ(code_of([&] { lab.find("lua/lua.tar.gz"); }), "debsrc.bad-index");
  EXPECT_EQ(StoreLab::count(lab.path("deb/" + sha256("http://m/debian").base32())), 1U);
}

TEST(DebMirror, AKeptIndexThatWasDamagedIsReadAgain) {
  DebMirrorLab lab;
  const DebFile good = lab.find("lua/lua.tar.gz");
  const std::string place = lab.path("deb/" + sha256("http://m/debian").base32());
  for (const bool is_emptied : {false, true}) {
    for (const auto& entry : std::filesystem::directory_iterator(place)) {
      if (entry.path().extension() != ".sources") continue;
      std::string text = read_file(entry.path());
      char& digit = text.at(text.find(sha256("x").hex()));
      digit = digit == '0' ? '1' : '0';
      write_file(entry.path(), is_emptied ? "" : text);
    }
    EXPECT_EQ(lab.find("lua/lua.tar.gz").sha256_hex, good.sha256_hex) << is_emptied;
    EXPECT_EQ(StoreLab::count(place), 2U);
  }
}

TEST(DebMirror, WithoutASignatureNothingIsTaken) {
  DebMirrorLab lab;
  lab.options.check_signature = true;
  lab.options.host_keyrings = {lab.path("absent.gpg")};
  EXPECT_EQ(lab.message("lua/lua.tar.gz"),
            "the index stable of http://m/debian cannot be verified: it has no InRelease file that "
            "is signed as a whole");
  lab.http.serve("http://m/debian/dists/stable/InRelease",
                 "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSHA256:\n"
                 "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n");
  EXPECT_EQ(code_of([&] { lab.find("lua/lua.tar.gz"); }), "debsrc.unverified");
  EXPECT_EQ(StoreLab::count(lab.path("deb/" + sha256("http://m/debian").base32())), 0U);
}

TEST(DebMirror, ADeadArchiveIsAReason) {
  DebMirrorLab lab;
  lab.http.fail("http://m/debian/dists/stable/InRelease",
                {.reason = HttpFailure::Reason::unreachable, .dead_host = "m", .text = "m: no"});
  EXPECT_EQ(lab.message("lua/lua.tar.gz"), "http://m/debian/dists/stable/InRelease: m: no");
  EXPECT_EQ(code_of([&] { lab.find("lua/lua.tar.gz"); }), "debsrc.update-failed");
}

TEST(DebMirror, WhatAServerAnsweredIsNoProblemOfTheNetwork) {
  DebMirrorLab lab;
  const HttpFailure refused{
      .reason = HttpFailure::Reason::refused_by_server, .status = 403, .text = "forbidden"};
  const std::string dists = "http://m/debian/dists/stable/";
  for (const char* place : {"main/source/Sources", "InRelease"}) {
    lab.http.fail(dists + place, refused);
    EXPECT_EQ(code_of([&] { lab.find("lua/lua.tar.gz"); }), "debsrc.no-index") << place;
    EXPECT_EQ(lab.message("lua/lua.tar.gz"), dists + place + ": forbidden");
  }
}

} // namespace
} // namespace hdist
