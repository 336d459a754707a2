#include "source/download.h"

#include "net/fake_http.h"
#include "source/source_testing.h"

#include <gtest/gtest.h>

#include <thread>

namespace hdist {
namespace {

using std::chrono::milliseconds;
using Reason = HttpFailure::Reason;

/// A host that never answers: takes all the time it is given, and notes how much that was.
class BlackHole final : public Http {
public:
  HttpResult get(const HttpRequest& request, std::stop_token) override {
    HttpResult result;
    std::string host = Url::parse(request.url)->host;
    HostPermit permit = request.permit(host);
    if (permit.refusal.empty() && !redirect_to.empty()) permit = request.permit(host = redirect_to);
    result.failure = HttpFailure{.reason = Reason::unreachable, .text = permit.refusal};
    if (!permit.refusal.empty()) return result;
    std::this_thread::sleep_for(permit.connect);
    given += permit.connect;
    ++requests;
    result.failure->dead_host = host;
    result.failure->text = "no";
    return result;
  }
  std::string redirect_to; // the host that is dead, when it is not the first
  milliseconds given{0};
  int requests = 0;
};

class DownloadLab : public StoreLab {
public:
  AttemptResult get(Http& client, const std::string& url, Patience patience = Patience::little) {
    Downloader downloader(store, client, dead_hosts, options);
    return downloader.get(url, {{}, url, url}, progress, patience, Lane());
  }
  DeadHosts dead_hosts{""};
  DownloadOptions options;
  RecordedEvents events;
  TransferProgress progress{events, "x"};
  FakeHttp http;
};

TEST(Download, PutsTheContentIntoTheStoreAndReportsProgress) {
  DownloadLab lab;
  lab.http.serve("http://h/x", "content");
  AttemptResult result = lab.get(lab.http, "http://h/x");
  ASSERT_TRUE(result.item);
  EXPECT_EQ(read_file(result.item->path), "content");
  ASSERT_FALSE(lab.events.progress().empty());
  EXPECT_EQ(lab.events.progress().back().done, 7);
  EXPECT_EQ(lab.events.progress().back().kind, "fetch");
}

TEST(Download, ADeadHostIsRememberedAndNotAskedAgain) {
  DownloadLab lab;
  lab.options.remember_from = milliseconds(0);
  lab.http.fail("http://dead/x",
                {.reason = Reason::unreachable, .dead_host = "dead", .text = "cannot resolve"});
  AttemptResult first = lab.get(lab.http, "http://dead/x");
  EXPECT_EQ(first.reason, "cannot resolve");
  EXPECT_TRUE(first.network);
  EXPECT_TRUE(lab.dead_hosts.is_dead("dead"));
  AttemptResult second = lab.get(lab.http, "http://dead/y");
  EXPECT_EQ(second.reason.substr(0, 23), "dead was not reachable ");
  EXPECT_FALSE(second.worth_waiting);
  EXPECT_TRUE(second.network);
  EXPECT_EQ(lab.http.requests().size(), 1U);
  lab.options.ask_dead_hosts = true;
  EXPECT_EQ(lab.get(lab.http, "http://dead/x").reason, "cannot resolve");
}

TEST(Download, AHostThatFailsAtOnceIsNotRemembered) {
  DownloadLab lab;
  lab.options.remember_from = std::chrono::hours(1);
  lab.http.fail("http://dead/x",
                {.reason = Reason::unreachable, .dead_host = "dead", .text = "no network"});
  EXPECT_EQ(lab.get(lab.http, "http://dead/x").reason, "no network");
  EXPECT_FALSE(lab.dead_hosts.is_dead("dead"));
}

TEST(Download, TheDeadHostOfARedirectIsRememberedAndNotTheFirst) {
  DownloadLab lab;
  lab.options.host_budget = milliseconds(20);
  lab.options.remember_from = milliseconds(20);
  BlackHole http;
  http.redirect_to = "dead";
  EXPECT_EQ(lab.get(http, "http://alive/x").reason, "no");
  EXPECT_TRUE(lab.dead_hosts.is_dead("dead"));
  EXPECT_FALSE(lab.dead_hosts.is_dead("alive"));
  EXPECT_EQ(lab.get(http, "http://alive/y").reason.substr(0, 23), "dead was not reachable ");
  EXPECT_EQ(http.requests, 1);
}

TEST(Download, AHostThatConnectsAndSaysNothingIsLeftForTheSecondRound) {
  DownloadLab lab;
  lab.options.host_budget = milliseconds(1);
  lab.http.fail("http://mute/x", {.reason = Reason::slow, .text = "slow"});
  Downloader downloader(lab.store, lab.http, lab.dead_hosts, lab.options);
  auto get = [&](Patience patience) {
    return downloader.get("http://mute/x", {{}, "", ""}, lab.progress, patience, Lane());
  };
  AttemptResult result = get(Patience::little);
  while (result.reason == "slow") // until it has cost its budget
    result = get(Patience::little);
  EXPECT_EQ(result.reason, "mute said nothing for 0.0 s in this run");
  EXPECT_TRUE(result.worth_waiting);
  EXPECT_EQ(get(Patience::more).reason, "slow");
  EXPECT_FALSE(lab.dead_hosts.is_dead("mute"));
}

TEST(Download, AHostThatAnswersIsAlive) {
  DownloadLab lab;
  lab.dead_hosts.mark_dead("h");
  AttemptResult result = lab.get(lab.http, "http://h/absent", Patience::more);
  EXPECT_EQ(result.reason, "no such address");
  EXPECT_FALSE(lab.dead_hosts.is_dead("h"));
}

TEST(Download, OnlyOneThatBeganAndStoppedIsWorthWaiting) {
  DownloadLab lab;
  lab.http.fail("http://h/slow", {.reason = Reason::slow, .status = 200, .text = "stall"});
  lab.http.fail("http://h/mute", {.reason = Reason::slow, .text = "no data within 30.0 s"});
  lab.http.fail("http://h/no", {.reason = Reason::refused_by_server, .status = 403, .text = "403"});
  EXPECT_TRUE(lab.get(lab.http, "http://h/slow").worth_waiting);
  EXPECT_FALSE(lab.get(lab.http, "http://h/mute").worth_waiting);
  EXPECT_FALSE(lab.get(lab.http, "http://h/no").worth_waiting);
  EXPECT_FALSE(lab.get(lab.http, "not an address").item);
}

TEST(Download, ADeadHostCostsAtMostItsBudgetInARun) {
  DownloadLab lab;
  BlackHole http;
  Downloader downloader(lab.store, http, lab.dead_hosts,
                        {.host_budget = milliseconds(50), .remember_from = milliseconds(0)});
  auto get = [&](Patience patience) {
    return downloader.get("http://hole/x", {{}, "", ""}, lab.progress, patience, Lane());
  };
  EXPECT_FALSE(get(Patience::little).worth_waiting); // it had all its time
  EXPECT_FALSE(get(Patience::little).worth_waiting);
  EXPECT_EQ(http.requests, 1);
  EXPECT_LE(http.given, milliseconds(50));
  EXPECT_EQ(get(Patience::more).reason, "hole was not reachable within 0.1 s in this run");
}

/// Asks `url`, which is held, until another lane has won: 0 after the patience, at once.
AttemptResult get_beaten(DownloadLab& lab, Downloader& downloader, const std::string& url) {
  AttemptResult result;
  lab.http.hold(url, [] { return false; });
  run_race(2, {.patience = milliseconds(0)},
           [&](std::size_t i, const Lane& lane) {
             while (i == 1 && lab.http.requests().empty())
               std::this_thread::sleep_for(milliseconds(1));
             if (i == 1) return true;
             result = downloader.get(url, {{}, "", ""}, lab.progress, Patience::little, lane);
             return result.item.has_value();
           },
           {});
  return result;
}

TEST(Download, AHostThatNeverConnectedUntilAnotherHadWonIsChargedAndRemembered) {
  DownloadLab lab;
  lab.options.remember_from = milliseconds(0);
  Downloader downloader(lab.store, lab.http, lab.dead_hosts, lab.options);
  AttemptResult result = get_beaten(lab, downloader, "http://dead/x");
  EXPECT_EQ(result.reason.substr(0, 26), "dead: no connection within");
  EXPECT_TRUE(lab.dead_hosts.is_dead("dead"));
  EXPECT_EQ(lab.leftovers(), 0U);
  lab.http.serve("http://dead/y", "alive after all");
  result = downloader.get("http://dead/y", {{}, "", ""}, lab.progress, Patience::little, Lane());
  EXPECT_EQ(result.reason.substr(0, 23), "dead was not reachable ");
  EXPECT_TRUE(result.worth_waiting); // the rest of its budget, when nobody else has it
}

TEST(Download, AProbeTellsOnlyWhetherAHostCanBeReached) {
  DownloadLab lab;
  Downloader downloader(lab.store, lab.http, lab.dead_hosts, lab.options);
  lab.http.fail("http://dead/x",
                {.reason = Reason::unreachable, .dead_host = "dead", .text = "no"});
  EXPECT_EQ(downloader.probe("http://dead/x", Patience::little, Lane())->reason, "no");
  EXPECT_FALSE(downloader.probe("http://alive/absent", Patience::little, Lane()));
  lab.dead_hosts.mark_dead("gone");
  EXPECT_TRUE(downloader.probe("http://gone/x", Patience::little, Lane())->network);
  EXPECT_EQ(lab.http.requests().size(), 2U);
}

class CutLab : public DownloadLab {
public:
  CutLab() {
    options.retry_after = milliseconds(1);
    http.serve("http://h/x", "0123456789");
    http.set_validator("\"v1\"");
  }
  std::string content() {
    AttemptResult result = get(http, "http://h/x");
    return result.item ? read_file(result.item->path) : result.reason;
  }
};

TEST(Download, WhatWasCutOffGoesOnWhereItWas) {
  CutLab lab;
  lab.http.cut("http://h/x", {2, 3, 4});
  EXPECT_EQ(lab.content(), "0123456789");
  EXPECT_EQ(lab.http.starts(), (std::vector<int64_t>{0, 2, 5, 9}));
  EXPECT_EQ(lab.leftovers(), 0U);
}

TEST(Download, ALaterRunGoesOnToo) {
  CutLab lab;
  lab.options.retries = 0;
  lab.http.cut("http://h/x", {4, 3});
  EXPECT_EQ(lab.content(), "cut off");
  EXPECT_EQ(lab.content(), "cut off");
  EXPECT_EQ(lab.content(), "0123456789");
  EXPECT_EQ(lab.http.starts(), (std::vector<int64_t>{0, 4, 7}));
  EXPECT_EQ(lab.leftovers(), 0U);
}

TEST(Download, OfAnotherVersionNothingIsKept) {
  CutLab lab;
  lab.http.cut("http://h/x", {4});
  lab.options.retries = 0;
  EXPECT_EQ(lab.content(), "cut off");
  lab.http.serve("http://h/x", "abcdefghij");
  lab.http.set_validator("\"v2\"");
  EXPECT_EQ(lab.content(), "abcdefghij");
}

TEST(Download, WithoutAnExpectedKeyATimeIsNoVersion) {
  CutLab lab;
  lab.http.set_validator("Mon, 23 Nov 2026 10:00:00 GMT");
  lab.http.cut("http://h/x", {4, 10});
  EXPECT_EQ(lab.content(), "0123456789");
  EXPECT_EQ(lab.http.starts(), (std::vector<int64_t>{0, 0, 0}));
}

TEST(Download, AfterAPartThatIsNotTheRestAllIsAskedFor) {
  CutLab lab;
  lab.http.cut("http://h/x", {4});
  lab.http.send_wrong_parts();
  EXPECT_EQ(lab.content(), "0123456789");
  EXPECT_EQ(lab.http.starts(), (std::vector<int64_t>{0, 4, 0}));
}

class DatedLab : public CutLab {
public:
  /// It has the beginning of what was there before, of the same date.
  DatedLab() {
    options.retries = 0;
    http.set_validator("Mon, 23 Nov 2026 10:00:00 GMT");
    http.cut("http://h/x", {4});
    EXPECT_EQ(content_of("0123456789"), "cut off");
    http.serve("http://h/x", "abcdefghij");
  }
  std::string content_of(const std::string& expected) {
    Downloader downloader(store, http, dead_hosts, options);
    const Expectation key(SourceKey::make(SourceType::file, sha256(expected)));
    AttemptResult result =
        downloader.get("http://h/x", {key, "", ""}, progress, Patience::little, Lane());
    return result.item ? read_file(result.item->path) : result.reason;
  }
};

TEST(Download, WithoutAnExpectedKeyTheTimeOfAnEarlierRunIsNoVersionEither) {
  DatedLab lab;
  EXPECT_EQ(lab.content(), "abcdefghij");
  EXPECT_EQ(lab.http.starts(), (std::vector<int64_t>{0, 0}));
  EXPECT_EQ(lab.leftovers(), 0U);
}

TEST(Download, AnOldPartIsNotTheServersFault) {
  DatedLab lab;
  EXPECT_EQ(lab.content_of("abcdefghij"), "abcdefghij");
  EXPECT_EQ(lab.http.starts(), (std::vector<int64_t>{0, 4, 0}));
}

TEST(Download, WrongContentInOnePieceIsAskedForOnce) {
  DatedLab lab;
  lab.http.set_validator("Mon, 23 Nov 2026 11:00:00 GMT");
  EXPECT_NE(lab.content_of("0123456789").find("expected"), std::string::npos);
  EXPECT_EQ(lab.http.starts(), (std::vector<int64_t>{0, 4}));
}

TEST(Download, ADamagedPartIsNotGoneOnWith) {
  CutLab lab;
  lab.options.retries = 0;
  lab.http.cut("http://h/x", {4});
  EXPECT_EQ(lab.content(), "cut off");
  write_file(lab.path("store/tmp/part-") + sha256("http://h/x").base32(), "0x23");
  EXPECT_EQ(lab.content(), "0123456789");
  EXPECT_EQ(lab.http.starts(), (std::vector<int64_t>{0, 0}));
}

TEST(Download, AnOverloadedServerIsAskedAgainAndALostOneIsNot) {
  CutLab lab;
  HttpFailure overloaded{.reason = Reason::refused_by_server, .status = 503, .text = "busy"};
  lab.http.fail_at_first("http://h/x", overloaded, 3);
  EXPECT_EQ(lab.content(), "0123456789");
  lab.http.fail_at_first("http://h/y", overloaded, 4);
  EXPECT_EQ(lab.get(lab.http, "http://h/y").reason, "busy");
  EXPECT_EQ(lab.get(lab.http, "http://h/z").reason, "no such address");
  EXPECT_EQ(lab.http.starts().size(), 9U);
}

TEST(Download, AStoreThatCannotBeWrittenIsAnErrorAndNoReason) {
  DownloadLab lab;
  write_file(lab.path("store/packs"), "in the way");
  lab.http.serve("http://h/x", "content");
  EXPECT_NE(code_of([&] { lab.get(lab.http, "http://h/x"); }), "(no error)");
}

} // namespace
} // namespace hdist
