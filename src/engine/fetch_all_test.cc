#include "engine/fetch_all.h"

#include "net/fake_http.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

namespace hdist {
namespace {

class FetchAllTest : public ::testing::Test {
protected:
  std::vector<FetchResult> fetch(const std::vector<std::string>& urls) {
    Fetcher fetcher(store_, http_, deb_, dead_hosts_, options_, events_);
    std::vector<FetchTask> tasks;
    tasks.reserve(urls.size());
    for (const std::string& url : urls)
      tasks.push_back({{{url, std::nullopt}}});
    return fetch_all(fetcher, tasks, {}, {});
  }
  TempDir tmp_;
  SourceStore store_ = SourceStore::open(tmp_.path() + "/store");
  FakeHttp http_;
  RecordedEvents events_;
  DebSources deb_{{.state_dir = tmp_.path() + "/apt"}, events_};
  DeadHosts dead_hosts_{""};
  FetchOptions options_;
};

TEST_F(FetchAllTest, GivesWhatIsThereInOrderAndSaysAllThatIsMissing) {
  http_.serve("http://a/1", "one");
  http_.serve("http://b/2", "two");
  std::vector<FetchResult> results =
      fetch({"http://a/1", "http://a/gone", "http://b/2", "ftp://a/x"});
  EXPECT_EQ(results[0].outcome->item.size_bytes, 3);
  EXPECT_TRUE(results[1].error);
  EXPECT_EQ(results[2].outcome->url, "http://b/2");
  EXPECT_EQ(results[3].error->kind(), ErrorKind::usage);
  try {
    outcomes_of(results);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_EQ(error.code(), "source.unavailable");
    EXPECT_EQ(error.message(),
              "http://a/gone cannot be fetched: no such address\nftp://a/x cannot be fetched: "
              "addresses of this kind are not supported, expected http:, https:, file:, git:, "
              "ssh:, deb-src: or a path");
    EXPECT_EQ(error.advice().size(), results[1].error->advice().size());
  }
}

TEST_F(FetchAllTest, TheAdviceOnManyIsNotManifold) {
  std::vector<std::string> urls;
  urls.reserve(100);
  for (int i = 0; i < 100; ++i)
    urls.push_back("http://a/gone" + std::to_string(i));
  try {
    outcomes_of(fetch(urls));
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_LT(error.advice().size(), 12U);
    EXPECT_EQ(error.advice().back().text, "The same can be done for the other sources.");
    EXPECT_NE(error.message().find("http://a/gone99"), std::string::npos);
  }
}

TEST_F(FetchAllTest, TransfersFromOneServerAreAsManyAsTheyMayBe) {
  options_.at_once = 4;
  options_.per_host = 2;
  std::vector<std::string> urls;
  std::atomic<int> inside = 0, most = 0;
  for (int i = 0; i < 6; ++i) {
    urls.push_back("http://a/" + std::to_string(i));
    http_.serve(urls.back(), std::to_string(i));
    // Until two have met, and for some looks more, in which a third could come.
    http_.hold(urls.back(), [&, looks = 0]() mutable {
      if (looks == 0) most = std::max(most.load(), ++inside);
      looks += most >= 2 || looks == 0 ? 1 : 0;
      if (looks < 20) return false;
      --inside;
      return true;
    });
  }
  for (const FetchResult& result : fetch(urls))
    EXPECT_TRUE(result.outcome);
  EXPECT_EQ(most, 2);
}

TEST_F(FetchAllTest, StopsWhenAsked) {
  Fetcher fetcher(store_, http_, deb_, dead_hosts_, options_, events_);
  std::stop_source stop;
  stop.request_stop();
  try {
    fetch_all(fetcher, {{{{"http://a/1", std::nullopt}}}}, {}, stop.get_token());
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
}

} // namespace
} // namespace hdist
