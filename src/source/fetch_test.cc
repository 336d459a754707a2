#include "source/fetch.h"

#include "base/parallel.h"
#include "net/fake_http.h"
#include "source/apt_testing.h"

#include <gtest/gtest.h>

#include <set>

namespace hdist {
namespace {

using Reason = HttpFailure::Reason;

SourceKey key_of(const std::string& bytes, SourceType type = SourceType::file) {
  return SourceKey::make(type, sha256(bytes));
}

class FetchLab : public StoreLab {
public:
  FetchOutcome fetch(const std::vector<SourceCandidate>& candidates,
                     const std::vector<std::string>& tags = {}) {
    if (!fetcher_)
      fetcher_ = std::make_unique<Fetcher>(store, http, deb, dead_hosts, options, events);
    return fetcher_->fetch({candidates}, tags);
  }
  FetchOutcome fetch(const std::string& url, const std::string& expected = "") {
    return fetch({{url, Expectation::parse(expected)}});
  }
  std::string message(const std::vector<SourceCandidate>& candidates) {
    return message_of([&] { fetch(candidates); });
  }
  std::string states() const {
    std::string text;
    for (const TaskEvent& event : events.tasks())
      text += event.name + ":" + std::to_string(static_cast<int>(event.state)) + " ";
    return text;
  }
  FakeHttp http;
  FakeApt apt;
  RecordedEvents events;
  DebSources deb{apt.options, events};
  DeadHosts dead_hosts{""};
  FetchOptions options;

private:
  std::unique_ptr<Fetcher> fetcher_;
};

TEST(Fetch, AnAddressSeenBeforeIsNotAskedAgain) {
  FetchLab lab;
  lab.http.serve("http://h/x.txt", "content");
  FetchOutcome first = lab.fetch("http://h/x.txt");
  EXPECT_EQ(first.item.key, key_of("content"));
  EXPECT_EQ(first.url, "http://h/x.txt");
  EXPECT_FALSE(first.was_present);
  FetchOutcome second = lab.fetch("http://h/x.txt");
  EXPECT_TRUE(second.was_present);
  EXPECT_EQ(second.url, "");
  EXPECT_EQ(lab.http.requests().size(), 1U);
}

TEST(Fetch, WhatIsExpectedAndThereIsNotAskedFor) {
  FetchLab lab;
  lab.put(SourceType::file, "content");
  for (const std::string& expected : {key_of("content").str(), "sha256:" + sha256("content").hex()})
    EXPECT_TRUE(lab.fetch("http://h/x", expected).was_present);
  EXPECT_TRUE(lab.http.requests().empty());
}

TEST(Fetch, TheFirstCandidateThatGivesWhatIsExpectedWins) {
  FetchLab lab;
  lab.http.serve("http://liar/x", "other");
  lab.http.serve("http://good/x", "content");
  Expectation key(key_of("content"));
  FetchOutcome outcome =
      lab.fetch({{"http://gone/x", key}, {"http://liar/x", key}, {"http://good/x", key}});
  EXPECT_EQ(outcome.url, "http://good/x");
  ASSERT_EQ(outcome.failed.size(), 2U);
  EXPECT_EQ(outcome.failed[0].reason, "no such address");
  EXPECT_EQ(outcome.failed[1].reason,
            "gave " + key_of("other").str() + " (5 bytes), expected " + key.str());
  EXPECT_FALSE(lab.store.find(key_of("other")));
  ASSERT_EQ(lab.events.messages().size(), 1U); // the liar is named although all is well
  EXPECT_EQ(lab.events.messages()[0].level, Level::warning);
}

TEST(Fetch, WhenNobodyHasItEveryCandidateIsListedWithItsReason) {
  FetchLab lab;
  SourceKey key = key_of("x", SourceType::tar_gz);
  lab.http.serve("http://h/lua.tar.gz", "<html>Sorry</html>");
  EXPECT_EQ(
      lab.message({{"http://h/lua.tar.gz", Expectation(key)},
                   {"http://u:p@h/absent.tar.gz", Expectation(key)},
                   {"ftp://h/x", Expectation(key)},
                   {"/nowhere/lua.tar.gz", Expectation(key)}}),
      "no address gave lua.tar.gz (" + key.str() +
          "):\n  http://h/lua.tar.gz: gave an HTML page, expected a tar.gz archive\n"
          "  http://h/absent.tar.gz: no such address\n"
          "  ftp://h/x: addresses of this kind are not supported, expected http:, https:, file:, "
          "git:, ssh:, deb-src: or a path\n"
          "  /nowhere/lua.tar.gz: there is no such file or directory");
  EXPECT_EQ(lab.states(), "lua.tar.gz:0 lua.tar.gz:2 ");
  EXPECT_EQ(code_of([&] { lab.fetch(std::vector<SourceCandidate>{}); }), "source.no-address");
}

TEST(Fetch, AFileOfAnArchiveWithoutASha256IsNeverDownloaded) {
  FetchLab lab;
  lab.apt.add("lua", "5", "'http://pool/lua.tar.gz' lua.tar.gz 7 SHA512:aa");
  lab.http.serve("http://pool/lua.tar.gz", "content");
  EXPECT_EQ(lab.message({{"deb-src:lua/lua.tar.gz", {}}}),
            "deb-src:lua/lua.tar.gz cannot be fetched: the index of the archive has no SHA-256 of "
            "lua.tar.gz, so it could not be compared with anything");
  EXPECT_TRUE(lab.http.requests().empty());
  EXPECT_EQ(lab.fetch("deb-src:lua/lua.tar.gz", key_of("content").str()).item.key,
            key_of("content"));
}

TEST(Fetch, AnAddressThatNothingCanBeAtIsWrongUsageWithoutAdviceOnTheNetwork) {
  FetchLab lab;
  std::string absent = lab.path("absent.tar.gz");
  for (const std::string& url : {std::string("ftp://h/x"), std::string("file://other/x"), absent,
                                 std::string("http://"), std::string("deb-src:nonsense")}) {
    try {
      lab.fetch(url);
      ADD_FAILURE() << url;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage) << url;
      for (const Advice& advice : error.advice())
        EXPECT_EQ(advice.text.find("network"), std::string::npos) << url;
    }
  }
  EXPECT_EQ(lab.message({{absent, {}}}),
            absent + " cannot be fetched: there is no such file or directory");
}

TEST(Fetch, ADeadNetworkIsNoUsageAndTheAdviceSaysSo) {
  FetchLab lab;
  lab.http.fail("http://h/x", {.reason = Reason::unreachable, .dead_host = "h", .text = "h: no"});
  try {
    lab.fetch("http://h/x");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_EQ(error.message(), "http://h/x cannot be fetched: h: no");
    ASSERT_EQ(error.advice().size(), 3U);
    EXPECT_EQ(error.advice()[1].args, (std::vector<std::string>{"--refresh", "http://h/x"}));
  }
}

TEST(Fetch, AHostFoundDeadIsNotAskedForTheNextSource) {
  FetchLab lab;
  lab.http.fail("http://dead/a",
                {.reason = Reason::unreachable, .dead_host = "dead", .text = "no"});
  lab.options.remember_from = std::chrono::milliseconds(0);
  lab.http.serve("http://good/a", "a");
  lab.http.serve("http://good/b", "b");
  lab.fetch({{"http://dead/a", Expectation(key_of("a"))}, {"http://good/a", {}}});
  FetchOutcome outcome =
      lab.fetch({{"http://dead/b", Expectation(key_of("b"))}, {"http://good/b", {}}});
  EXPECT_NE(outcome.failed.at(0).reason.find("was not reachable"), std::string::npos);
  EXPECT_EQ(lab.http.requests(),
            (std::vector<std::string>{"http://dead/a", "http://good/a", "http://good/b"}));
}

TEST(Fetch, OnlyAddressesThatBeganAndStoppedAreAskedTwice) {
  FetchLab lab;
  lab.http.fail("http://slow/x", {.reason = Reason::slow, .status = 200, .text = "slow"});
  lab.message({{"http://slow/x", {}}, {"http://gone/x", {}}});
  EXPECT_EQ(lab.http.requests(),
            (std::vector<std::string>{"http://slow/x", "http://gone/x", "http://slow/x"}));
}

/// The next candidate begins at once.
class RaceLab : public FetchLab {
public:
  RaceLab() { options.patience = std::chrono::milliseconds(0); }
  bool was_asked(const std::string& url) const {
    for (const std::string& request : http.requests())
      if (request == url) return true;
    return false;
  }
};

TEST(Fetch, ASecondCandidateBesideASlowFirstWinsAndNothingOfTheFirstIsKept) {
  RaceLab lab;
  lab.http.serve("http://slow/x", "content");
  lab.http.serve("http://good/x", "content");
  lab.http.hold("http://slow/x", [] { return false; });
  Expectation key(key_of("content"));
  FetchOutcome outcome = lab.fetch({{"http://slow/x", key}, {"http://good/x", key}});
  EXPECT_EQ(outcome.url, "http://good/x");
  ASSERT_EQ(outcome.failed.size(), 1U);
  EXPECT_EQ(outcome.failed[0].url, "http://slow/x");
  EXPECT_EQ(lab.store.find(key_of("content"))->addresses.size(), 1U);
  EXPECT_EQ(lab.leftovers(), 0U);
}

TEST(Fetch, ASlowFirstCandidateIsNotDropped) {
  RaceLab lab;
  lab.http.serve("http://slow/x", "content");
  lab.http.serve("http://liar/x", "other");
  lab.http.hold("http://slow/x", [&] { return !lab.events.messages().empty(); });
  Expectation key(key_of("content"));
  FetchOutcome outcome = lab.fetch({{"http://slow/x", key}, {"http://liar/x", key}});
  EXPECT_EQ(outcome.url, "http://slow/x");
  EXPECT_EQ(lab.http.requests().size(), 2U); // it was asked once
  ASSERT_EQ(outcome.failed.size(), 1U);
  EXPECT_EQ(outcome.failed[0].url, "http://liar/x");
  EXPECT_EQ(lab.leftovers(), 0U);
}

TEST(Fetch, WhenAllThatRanAtOnceFailTheyAreListedInTheOrderOfTheRecipe) {
  RaceLab lab;
  lab.http.hold("http://a/x", [&] { return lab.was_asked("http://c/x"); });
  lab.http.hold("http://b/x", [&] { return lab.was_asked("http://c/x"); });
  EXPECT_EQ(lab.message({{"http://a/x", {}}, {"http://b/x", {}}, {"http://c/x", {}}}),
            "no address gave x:\n  http://a/x: no such address\n  http://b/x: no such address\n"
            "  http://c/x: no such address");
}

TEST(Fetch, AFourthCandidateTakesThePlaceOfTheSlowestWhichIsAskedAgainAtTheEnd) {
  RaceLab lab;
  lab.options.remember_from = std::chrono::hours(1);
  for (const char* url : {"http://b/x", "http://c/x"})
    lab.http.hold(url, [&] { return lab.was_asked("http://d/x"); });
  lab.http.serve("http://a/x", "content");
  lab.http.hold("http://a/x", [&] {
    int times = 0;
    for (const std::string& request : lab.http.requests())
      times += request == "http://a/x" ? 1 : 0;
    return times > 1;
  });
  FetchOutcome outcome =
      lab.fetch({{"http://a/x", {}}, {"http://b/x", {}}, {"http://c/x", {}}, {"http://d/x", {}}});
  EXPECT_EQ(outcome.url, "http://a/x");
  EXPECT_EQ(outcome.failed.size(), 3U);
  EXPECT_EQ(lab.http.requests().size(), 5U);
}

TEST(Fetch, ACandidateThatGetsOnRunsAlone) {
  FetchLab lab;
  lab.options.patience = std::chrono::hours(1);
  lab.http.serve("http://a/x", "content");
  lab.http.serve("http://b/x", "content");
  EXPECT_EQ(lab.fetch({{"http://a/x", {}}, {"http://b/x", {}}}).url, "http://a/x");
  EXPECT_EQ(lab.http.requests().size(), 1U);
}

TEST(Fetch, LocalPathsAreAlwaysLookedAtAgain) {
  FetchLab lab;
  write_file(lab.path("a file"), "one");
  EXPECT_EQ(lab.fetch("file://" + lab.path("a%20file")).item.key, key_of("one"));
  write_file(lab.path("a file"), "two");
  EXPECT_EQ(lab.fetch(lab.path("a file")).item.key, key_of("two"));
  write_file(lab.path("d/f"), "x");
  EXPECT_EQ(lab.fetch(lab.path("d")).item.key.type(), SourceType::dir);
}

TEST(Fetch, MirrorsAreAskedFirstAndVerified) {
  FetchLab lab;
  lab.options.mirrors = {"http://bad", lab.path("mirror"), "http://unused"};
  SourceKey key = key_of("content");
  lab.http.serve("http://bad/packs/file/" + key.digest(), "tampered");
  write_file(lab.path("mirror/packs/file/" + key.digest()), "content");
  FetchOutcome outcome = lab.fetch("http://h/fix.patch", key.str());
  EXPECT_EQ(outcome.url, lab.path("mirror/packs/file/" + key.digest()));
  EXPECT_EQ(outcome.failed.size(), 1U);
  EXPECT_EQ(lab.http.requests().size(), 1U);
  // Its name comes from the address it is said to be of, but that address was not asked.
  EXPECT_EQ(outcome.item.key, key);
  EXPECT_EQ(lab.store.find(key)->addresses.at(0).url, "http://h/fix.patch");
  EXPECT_FALSE(lab.store.find_address("http://h/fix.patch"));
}

TEST(Fetch, AStoreIsAMirrorOfItselfForEveryType) {
  FetchLab lab;
  StoreLab other;
  write_file(other.path("tree/f"), "x");
  lab.options.mirrors = {other.path("store")};
  for (const SourceItem& item :
       {other.store.put_directory(other.path("tree")), other.store.put_pack("HDSTPCK1"),
        other.put(SourceType::tar_gz, fake_tar_gz("x"))})
    EXPECT_EQ(lab.fetch("", item.key.str()).item.key, item.key);
}

TEST(Fetch, OfflineOnlyStoreFilesAndDirectoriesAreUsed) {
  FetchLab lab;
  lab.options.offline = true;
  lab.http.serve("http://h/x", "content");
  EXPECT_EQ(lab.message({{"http://h/x", {}}, {"deb-src:a/b", {}}}),
            "no address gave x:\n  http://h/x: offline\n  deb-src:a/b: offline");
  EXPECT_TRUE(lab.http.requests().empty());
  write_file(lab.path("x"), "content");
  EXPECT_EQ(lab.fetch({{"http://h/x", {}}, {lab.path("x"), {}}}).item.key, key_of("content"));
}

TEST(Fetch, RefreshAsksAgainOnceAndReportsAChangeLoudly) {
  FetchLab lab;
  SourceItem old = lab.put(SourceType::file, "old", "http://h/x");
  lab.options.refresh = true;
  lab.http.serve("http://h/x", "new");
  EXPECT_EQ(lab.fetch("http://h/x").item.key, key_of("new"));
  ASSERT_EQ(lab.events.messages().size(), 1U);
  std::string text = lab.events.messages()[0].text;
  EXPECT_EQ(lab.events.messages()[0].level, Level::warning);
  EXPECT_NE(text.find(old.key.str()), std::string::npos);
  EXPECT_NE(text.find(key_of("new").str()), std::string::npos);
  EXPECT_TRUE(lab.store.find(old.key));
  EXPECT_TRUE(lab.fetch("http://h/x").was_present);
  EXPECT_EQ(lab.http.requests().size(), 1U);
}

TEST(Fetch, AChangeThatIsExpectedIsSaidWithoutAWarning) {
  FetchLab lab;
  const SourceItem old = lab.put(SourceType::file, "old", "http://h/x");
  lab.http.serve("http://h/x", "new");
  EXPECT_EQ(lab.fetch("http://h/x", key_of("new").str()).item.key, key_of("new"));
  ASSERT_EQ(lab.events.messages().size(), 1U);
  EXPECT_EQ(lab.events.messages()[0].level, Level::notice);
  EXPECT_TRUE(lab.events.messages()[0].text.starts_with(
      "the content of http://h/x has changed: it gave " + old.key.str() + " at "));
  EXPECT_TRUE(lab.store.find(old.key));
}

TEST(Fetch, OtherContentThanExpectedHasItsAdvice) {
  FetchLab lab;
  lab.http.serve("http://h/x", "other");
  try {
    lab.fetch("http://h/x", key_of("content").str());
    ADD_FAILURE();
  } catch (const Error& error) {
    ASSERT_EQ(error.advice().size(), 2U);
    EXPECT_TRUE(error.advice()[0].text.starts_with("Nothing of other content was kept."));
    EXPECT_TRUE(error.advice()[1].text.starts_with("Or get x in another way"));
  }
}

TEST(Fetch, AFileOfTheHostsSourceArchiveIsVerifiedByItsIndex) {
  FetchLab lab;
  lab.apt.add("lua", "5-1",
              "'http://pool/lua_5.orig.tar.gz' lua_5.orig.tar.gz 5 SHA256:" +
                  sha256(fake_tar_gz("x")).hex());
  lab.apt.add("lua", "5-0",
              "'http://pool2/lua_5.orig.tar.gz' lua_5.orig.tar.gz 5 SHA256:" +
                  sha256(fake_tar_gz("x")).hex());
  lab.http.serve("http://pool/lua_5.orig.tar.gz", fake_tar_gz("y"));
  lab.http.serve("http://pool2/lua_5.orig.tar.gz", fake_tar_gz("x"));
  FetchOutcome outcome = lab.fetch("deb-src:lua/lua_5.orig.tar.gz");
  EXPECT_EQ(outcome.item.key, key_of(fake_tar_gz("x"), SourceType::tar_gz));
  EXPECT_EQ(outcome.item.addresses.at(0).url, "deb-src:lua/lua_5.orig.tar.gz");
}

TEST(Fetch, AnIndexThatNamesOtherContentSavesTheDownload) {
  FetchLab lab;
  lab.apt.add("lua", "5-1",
              "'http://pool/lua.tar.gz' lua.tar.gz 5 SHA256:" + sha256("repacked").hex());
  SourceKey key = key_of("x", SourceType::tar_gz);
  EXPECT_EQ(lab.message({{"deb-src:lua/lua.tar.gz", Expectation(key)}}),
            "deb-src:lua/lua.tar.gz (" + key.str() + ") cannot be fetched: its index says sha256:" +
                sha256("repacked").hex() + ", expected " + key.str());
  EXPECT_TRUE(lab.http.requests().empty());
}

TEST(Fetch, WhatAptCannotSayIsAReason) {
  FetchLab lab;
  EXPECT_NE(lab.message({{"deb-src:lua/x.tar.gz", {}}}).find("have no source package lua"),
            std::string::npos);
}

TEST(Fetch, EqualRequestsAtOnceDownloadOnce) {
  FetchLab lab;
  lab.http.serve("http://h/x", "content");
  lab.http.serve("http://other/x", "content");
  Fetcher fetcher(lab.store, lab.http, lab.deb, lab.dead_hosts, {}, lab.events);
  Expectation key(key_of("content"));
  parallel_for(8, 8, [&](std::size_t i) {
    std::string url = i % 2 == 0 ? "http://h/x" : "http://other/x";
    EXPECT_EQ(fetcher.fetch({{{url, key}}}).item.key, key_of("content"));
  });
  EXPECT_EQ(lab.http.requests().size(), 1U);
}

TEST(Fetch, SourcesOfOneNameAreToldApartWhileTheyRun) {
  RaceLab lab;
  Fetcher fetcher(lab.store, lab.http, lab.deb, lab.dead_hosts, {}, lab.events);
  const std::vector<std::string> urls = {"http://a/v1.tar.gz", "http://b/v1.tar.gz"};
  for (const std::string& url : urls) {
    lab.http.serve(url, fake_tar_gz(url));
    lab.http.hold(url, [&] { return lab.was_asked(urls[0]) && lab.was_asked(urls[1]); });
  }
  parallel_for(2, 2, [&](std::size_t i) { fetcher.fetch({{{urls[i], {}}}}); });
  std::multiset<std::string> names;
  for (const TaskEvent& event : lab.events.tasks())
    names.insert(event.name);
  EXPECT_EQ(names, (std::multiset<std::string>{"v1.tar.gz", "v1.tar.gz", "v1.tar.gz (2)",
                                               "v1.tar.gz (2)"}));
}

TEST(Fetch, TagsAreAddedAlsoToWhatWasPresent) {
  FetchLab lab;
  lab.http.serve("http://h/x", "content");
  lab.fetch({{"http://h/x", {}}}, {"a"});
  lab.fetch({{"http://h/x", {}}}, {"b"});
  EXPECT_EQ(lab.store.find(key_of("content"))->tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(lab.states(), "x:0 x:1 x:4 ");
}

TEST(Fetch, StopsWhenAsked) {
  FetchLab lab;
  std::stop_source stop;
  stop.request_stop();
  Fetcher fetcher(lab.store, lab.http, lab.deb, lab.dead_hosts, {}, lab.events);
  EXPECT_EQ(code_of([&] {
              fetcher.fetch({{{"http://h/x", {}}}}, {}, stop.get_token());
            }),
            "source.stopped");
  EXPECT_EQ(lab.leftovers(), 0U);
}

} // namespace
} // namespace hdist
