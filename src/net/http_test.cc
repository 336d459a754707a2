#include "net/http.h"

#include "base/error.h"
#include "net/net_testing.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace hdist {
namespace {

using Reason = HttpFailure::Reason;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds
    kMuchLessThanForever(20); // generous: nothing here is decided by how fast the machine is

class HttpTest : public testing::Test {
protected:
  void SetUp() override {
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                             "no_proxy", "NO_PROXY"})
      unsetenv(name);
    options_.module_dir = HDIST_MODULE_DIR;
  }

  HttpResult get(const std::string& url, HttpRequest request = {}, std::stop_token stop = {}) {
    body_.clear();
    request.url = url;
    if (!request.body) request.body = [this](std::string_view bytes) { body_ += bytes; };
    return make_http(options_)->get(request, std::move(stop));
  }
  static HttpRequest with_timeouts(HttpTimeouts timeouts) {
    HttpRequest request;
    request.timeouts = timeouts;
    return request;
  }
  Reason reason_of(const HttpResult& result) const {
    EXPECT_TRUE(result.failure.has_value());
    return result.failure.value_or(HttpFailure{}).reason;
  }

  HttpOptions options_;
  std::string body_;
};

TEST_F(HttpTest, ReadsTheBodyWithAndWithoutALength) {
  TestServer server([](const Connection& client) {
    if (client.path == "/length")
      client.answer("with length", "Content-Type: application/gzip\r\n");
    else
      client.say("HTTP/1.0 200 OK\r\n\r\nuntil the end");
  });
  int64_t done = 0, total = 0;
  HttpRequest request;
  request.progress = [&](int64_t d, int64_t t) { done = d, total = t; };
  HttpResult result = get(server.url("/length"), request);
  EXPECT_FALSE(result.failure);
  EXPECT_EQ(body_, "with length");
  EXPECT_EQ(result.bytes, 11);
  EXPECT_EQ(result.content_type, "application/gzip");
  EXPECT_EQ(result.final_url, server.url("/length"));
  EXPECT_EQ(std::pair(done, total), std::pair(int64_t{11}, int64_t{11}));
  EXPECT_FALSE(get(server.url("/none"), request).failure);
  EXPECT_EQ(body_, "until the end");
  EXPECT_EQ(total, -1);
}

TEST_F(HttpTest, LeavesContentEncodingsAsTheyAre) {
  TestServer server([](const Connection& client) {
    EXPECT_EQ(client.request.find("Accept-Encoding"), std::string::npos);
    client.answer("\x1f\x8b\x08 raw", "Content-Encoding: gzip\r\n");
  });
  EXPECT_FALSE(get(server.url("/a")).failure);
  EXPECT_EQ(body_, "\x1f\x8b\x08 raw");
}

TEST_F(HttpTest, TellsWhyAServerGaveNothing) {
  TestServer server([](const Connection& client) {
    client.say("HTTP/1.1 " + client.path.substr(1) + " Text\r\nContent-Length: 8\r\n\r\nan error");
  });
  EXPECT_EQ(reason_of(get(server.url("/404"))), Reason::not_found);
  EXPECT_EQ(reason_of(get(server.url("/410"))), Reason::not_found);
  EXPECT_EQ(reason_of(get(server.url("/401"))), Reason::refused_by_server);
  EXPECT_EQ(reason_of(get(server.url("/403"))), Reason::refused_by_server);
  EXPECT_EQ(reason_of(get(server.url("/503"))), Reason::refused_by_server);
  EXPECT_EQ(reason_of(get(server.url("/206"))), Reason::transfer);
  HttpResult result = get(server.url("/404"));
  EXPECT_EQ(result.failure->status, 404);
  EXPECT_EQ(result.failure->dead_host, "");
  EXPECT_EQ(result.failure->text, "127.0.0.1: the server answered with status 404");
  EXPECT_EQ(body_, ""); // only of a 200
}

TEST_F(HttpTest, FollowsRedirectsAndResolvesEachHost) {
  TestServer server([&](const Connection& client) {
    if (client.path == "/start") client.redirect("/second");
    if (client.path == "/second")
      client.redirect(
          "http://other.example:" +
          std::string(client.request.substr(client.request.find("Host: one.example:") + 18, 5)) +
          "/end");
    if (client.path == "/end") client.answer("there");
  });
  std::vector<std::string> asked;
  std::mutex mutex;
  options_.resolve = [&](const std::string& host) {
    std::scoped_lock lock(mutex);
    asked.push_back(host);
    return std::vector<std::string>{"127.0.0.1"};
  };
  HttpResult result = get(server.url("/start", "one.example"));
  EXPECT_FALSE(result.failure) << result.failure->text;
  EXPECT_EQ(body_, "there");
  EXPECT_EQ(result.final_url, server.url("/end", "other.example"));
  EXPECT_EQ(asked, (std::vector<std::string>{"one.example", "one.example", "other.example"}));
}

TEST_F(HttpTest, GivesUpARedirectLoop) {
  TestServer server([](const Connection& client) { client.redirect(client.path); });
  HttpResult result = get(server.url("/loop"));
  EXPECT_EQ(reason_of(result), Reason::transfer);
  EXPECT_EQ(result.failure->text, "127.0.0.1: more than 10 redirects");
  EXPECT_EQ(server.paths().size(), 11U);
}

TEST_F(HttpTest, IsNotRedirectedToFilesOrOtherSchemes) {
  TestServer server([](const Connection& client) { client.redirect(client.path.substr(1)); });
  for (const char* to : {"file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x"})
    EXPECT_EQ(reason_of(get(server.url("/" + std::string(to)))), Reason::bad_address) << to;
}

TEST_F(HttpTest, RefusesWhatIsNoAddress) {
  for (const char* url :
       {"", "file:///etc/passwd", "http://", "http:/x", "no scheme", "http://a b/", "ftp://x/y"})
    EXPECT_EQ(reason_of(get(url)), Reason::bad_address) << url;
}

TEST_F(HttpTest, SeesThatTheBodyIsCutOff) {
  TestServer server([](const Connection& client) {
    client.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
  });
  HttpResult result = get(server.url("/x"));
  EXPECT_EQ(reason_of(result), Reason::transfer);
  EXPECT_EQ(result.failure->text, "127.0.0.1: the connection ended after 5 of 100 bytes");
}

TEST_F(HttpTest, GoesOnWhereItIsTold) {
  TestServer server([](const Connection& client) {
    bool asks = client.request.find("Range: bytes=4-\r\n") != std::string::npos &&
                client.request.find("If-Range: \"v1\"\r\n") != std::string::npos;
    if (client.path == "/part" && asks)
      client.say("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/10\r\nETag: \"v1\"\r\n"
                 "Content-Length: 6\r\n\r\n456789");
    else if (client.path == "/lie")
      client.say("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-5/10\r\n"
                 "Content-Length: 6\r\n\r\n012345");
    else if (client.path == "/empty")
      client.answer("");
    else
      client.answer("0123456789", "ETag: W/\"v2\"\r\nLast-Modified: then\r\n");
  });
  int restarts = 0;
  int64_t done = 0, total = 0;
  HttpRequest request;
  request.from = 4;
  request.validator = "\"v1\"";
  request.restart = [&] { ++restarts; };
  request.progress = [&](int64_t d, int64_t t) { done = d, total = t; };
  HttpResult result = get(server.url("/part"), request);
  EXPECT_FALSE(result.failure);
  EXPECT_EQ(body_, "456789");
  EXPECT_EQ(result.validator, "\"v1\"");
  EXPECT_EQ(result.total, 10);
  EXPECT_EQ(restarts, 0);
  EXPECT_EQ(done, 10);
  EXPECT_EQ(total, 10);
  result = get(server.url("/all"), request);
  EXPECT_FALSE(result.failure);
  EXPECT_EQ(body_, "0123456789");
  EXPECT_EQ(result.validator, "then");
  EXPECT_EQ(restarts, 1);
  get(server.url("/empty"), request);
  EXPECT_EQ(restarts, 2);
  result = get(server.url("/lie"), request);
  EXPECT_EQ(reason_of(result), Reason::transfer);
  EXPECT_EQ(body_, "");
}

TEST_F(HttpTest, TakesOnlyTheRestOfTheSameVersion) {
  TestServer server([](const Connection& client) {
    auto part = [&](const std::string& head, const std::string& body) {
      client.say("HTTP/1.1 206 Partial Content\r\nConnection: close\r\n" + head + "\r\n" + body);
    };
    const std::string range = "Content-Range: bytes 4-9/10\r\n", v1 = "ETag: \"v1\"\r\n";
    if (client.path == "/rest") part(range + v1, "456789");
    if (client.path == "/other-version") part(range + "ETag: \"v2\"\r\n", "456789");
    if (client.path == "/no-version") part(range, "456789");
    if (client.path == "/weak-version") part(range + "ETag: W/\"v1\"\r\n", "456789");
    if (client.path == "/other-start") part("Content-Range: bytes 0-9/10\r\n" + v1, "0123456789");
    if (client.path == "/other-end") part("Content-Range: bytes 4-7/10\r\n" + v1, "4567");
    if (client.path == "/other-total") part("Content-Range: bytes 4-10/11\r\n" + v1, "456789a");
    if (client.path == "/no-total") part("Content-Range: bytes 4-9/*\r\n" + v1, "456789");
    if (client.path == "/no-range") part(v1, "456789");
    if (client.path == "/other-length") part(range + v1 + "Content-Length: 4\r\n", "4567");
    if (client.path == "/empty") part("Content-Range: bytes 4-7/10\r\n" + v1, "");
    if (client.path == "/too-long") part(range + v1, "456789ab");
    if (client.path == "/short") part(range + v1, "4567");
    if (client.path == "/nothing") part(range + v1, "");
    if (client.path == "/short-whole")
      client.say("HTTP/1.1 200 OK\r\nConnection: close\r\n" + v1 + "\r\n0123");
  });
  HttpRequest request;
  request.from = 4;
  request.validator = "\"v1\"";
  request.total = 10;
  EXPECT_FALSE(get(server.url("/rest"), request).failure);
  for (const char* path :
       {"/other-version", "/no-version", "/weak-version", "/other-start", "/other-end",
        "/other-total", "/no-total", "/no-range", "/other-length", "/empty", "/too-long"}) {
    HttpResult result = get(server.url(path), request);
    ASSERT_TRUE(result.failure) << path;
    EXPECT_TRUE(result.failure->is_wrong_part) << path << ": " << result.failure->text;
    EXPECT_EQ(body_, "") << path;
  }
  for (const auto& [path, size] : {std::pair("/short", 8), {"/nothing", 4}, {"/short-whole", 4}}) {
    HttpResult result = get(server.url(path), request);
    ASSERT_TRUE(result.failure) << path;
    EXPECT_FALSE(result.failure->is_wrong_part) << path;
    EXPECT_EQ(result.failure->text,
              "127.0.0.1: the connection ended after " + std::to_string(size) + " of 10 bytes");
  }
}

TEST_F(HttpTest, AServerWithoutPartsHasNoValidator) {
  TestServer server([](const Connection& client) {
    client.answer("x", "ETag: \"v1\"\r\nAccept-Ranges: none\r\n");
  });
  EXPECT_EQ(get(server.url("/")).validator, "");
}

TEST_F(HttpTest, KeepsTheLimitOfBytes) {
  TestServer server([](const Connection& client) {
    if (client.path == "/length") client.answer("0123456789");
    client.say("HTTP/1.0 200 OK\r\n\r\n");
    for (int i = 0; i < 1000; ++i)
      client.say(std::string(1000, 'x'));
  });
  HttpRequest request;
  request.limit_bytes = 9;
  EXPECT_EQ(get(server.url("/length"), request).failure->text,
            "127.0.0.1: the file is larger than 9 bytes");
  EXPECT_EQ(body_, "");
  request.limit_bytes = 5000;
  EXPECT_EQ(reason_of(get(server.url("/endless"), request)), Reason::transfer);
  EXPECT_LE(body_.size(), 5000U);
}

TEST_F(HttpTest, DoesNotWaitForAServerThatSendsNothing) {
  TestServer server([](const Connection& client) {
    if (client.path == "/stall") client.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin");
    if (client.path == "/headers") client.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    client.say_nothing();
  });
  HttpTimeouts short_ones{.first_byte = milliseconds(200), .stall = milliseconds(30'000)};
  EXPECT_EQ(reason_of(get(server.url("/nothing"), with_timeouts(short_ones))), Reason::slow);
  HttpResult headers = get(server.url("/headers"), with_timeouts(short_ones));
  EXPECT_EQ(reason_of(headers), Reason::slow);
  EXPECT_EQ(headers.failure->dead_host, "");
  EXPECT_EQ(headers.failure->text, "127.0.0.1: no data within 0.2 s");
  HttpTimeouts stall{.stall = milliseconds(200)};
  HttpResult result = get(server.url("/stall"), with_timeouts(stall));
  EXPECT_EQ(reason_of(result), Reason::slow);
  EXPECT_EQ(result.failure->text, "127.0.0.1: hardly any data for 0.2 s, after 5 bytes");
}

TEST_F(HttpTest, DoesNotWaitForAServerThatDrips) {
  constexpr int kDrops = 2000;
  TestServer server([](const Connection& client) {
    client.say("HTTP/1.1 200 OK\r\n\r\n");
    for (int drop = 0; drop < kDrops && !client.stop.stop_requested(); ++drop) {
      client.say("x");
      std::this_thread::sleep_for(milliseconds(5));
    }
  });
  HttpResult result = get(server.url("/drip"), with_timeouts({.stall = milliseconds(200)}));
  EXPECT_EQ(reason_of(result), Reason::slow);
  EXPECT_LT(result.bytes, kDrops);
  HttpTimeouts enough{.stall = milliseconds(200), .stall_bytes = 1};
  HttpRequest request = with_timeouts(enough);
  request.limit_bytes = 100; // that many drops take longer than `stall`
  EXPECT_EQ(reason_of(get(server.url("/drip"), request)), Reason::transfer);
}

TEST_F(HttpTest, LeavesAHostThatRefusesOrSwallowsConnections) {
  Clock::time_point start = Clock::now();
  int refusing = Listener(1).port(); // closed again
  HttpResult result = get("http://127.0.0.1:" + std::to_string(refusing) + "/x");
  EXPECT_EQ(reason_of(result), Reason::unreachable);
  EXPECT_EQ(result.failure->dead_host, ""); // it answered
  BlackHole hole;
  options_.resolve = [](const std::string&) {
    return std::vector<std::string>{"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"};
  };
  result = get("http://hole.example:" + std::to_string(hole.port()) + "/x",
               with_timeouts({.connect = milliseconds(400)}));
  EXPECT_EQ(reason_of(result), Reason::unreachable);
  EXPECT_EQ(result.failure->dead_host, "hole.example");
  EXPECT_EQ(result.failure->text, "hole.example: no connection within 0.4 s");
  EXPECT_LT(Clock::now() - start, kMuchLessThanForever);
}

TEST_F(HttpTest, TriesTheNextAddressOfAHost) {
  TestServer server([](const Connection& client) { client.answer("here"); });
  options_.resolve = [](const std::string&) {
    return std::vector<std::string>{"::1", "127.0.0.1"}; // nobody listens on the first
  };
  EXPECT_FALSE(get(server.url("/x", "two.example")).failure);
  EXPECT_EQ(body_, "here");
}

TEST_F(HttpTest, LeavesADnsServerThatNeverAnswers) {
  auto gate = std::make_shared<std::promise<void>>();
  std::shared_future<void> opened = gate->get_future().share();
  options_.resolve = [opened](const std::string&) {
    opened.wait();
    return std::vector<std::string>{};
  };
  Clock::time_point start = Clock::now();
  HttpResult result = get("http://silent.example/x", with_timeouts({.connect = milliseconds(200)}));
  EXPECT_EQ(reason_of(result), Reason::unreachable);
  EXPECT_EQ(result.failure->dead_host, "silent.example");
  EXPECT_EQ(result.failure->text, "silent.example: could not resolve the host within 0.2 s");
  EXPECT_LT(Clock::now() - start, kMuchLessThanForever);
  gate->set_value(); // the thread left behind ends
}

TEST_F(HttpTest, TellsAnUnknownHost) {
  options_.resolve = [](const std::string&) { return std::vector<std::string>{}; };
  HttpResult result = get("http://unknown.example/x");
  EXPECT_EQ(result.failure->dead_host, "unknown.example");
  EXPECT_EQ(result.failure->text, "unknown.example: could not resolve the host");
}

TEST_F(HttpTest, NamesTheHostOfARedirectThatIsDeadNotTheFirst) {
  TestServer server([](const Connection& client) { client.redirect("http://dead.example/x"); });
  options_.resolve = [](const std::string&) { return std::vector<std::string>{}; };
  HttpResult result = get(server.url("/x"));
  EXPECT_EQ(reason_of(result), Reason::unreachable);
  EXPECT_EQ(result.failure->dead_host, "dead.example");
}

TEST_F(HttpTest, NamesTheProxyThatIsDead) {
  BlackHole hole;
  setenv("http_proxy", ("http://127.0.0.1:" + std::to_string(hole.port())).c_str(), 1);
  HttpResult result = get("http://inner.example/x", with_timeouts({.connect = milliseconds(200)}));
  EXPECT_EQ(reason_of(result), Reason::unreachable);
  EXPECT_EQ(result.failure->dead_host, "127.0.0.1");
  EXPECT_EQ(result.failure->text, "the proxy 127.0.0.1: no connection within 0.2 s");
}

TEST_F(HttpTest, DoesNotCallAProxyDeadForAHostBehindIt) {
  TestServer proxy([](const Connection& client) { client.say_nothing(); }); // to CONNECT
  setenv("https_proxy", ("http://127.0.0.1:" + std::to_string(proxy.port())).c_str(), 1);
  HttpResult result = get("https://inner.example/x", with_timeouts({.connect = milliseconds(200)}));
  EXPECT_EQ(result.failure->dead_host, "inner.example");
  EXPECT_EQ(result.failure->text, "inner.example: no connection within 0.2 s");
}

TEST_F(HttpTest, AsksBeforeItContactsAHost) {
  TestServer server([](const Connection& client) { client.redirect("http://other.example/x"); });
  std::vector<std::string> asked;
  HttpRequest request;
  request.permit = [&](const std::string& host) {
    asked.push_back(host);
    return HostPermit{host == "other.example" ? "other.example is not to be asked" : "",
                      std::chrono::hours(1)};
  };
  options_.resolve = [](const std::string& host) -> std::vector<std::string> {
    ADD_FAILURE() << host;
    return {};
  };
  HttpResult result = get(server.url("/x"), request);
  EXPECT_EQ(result.failure->text, "other.example is not to be asked");
  EXPECT_EQ(result.failure->dead_host, "");
  EXPECT_EQ(asked, (std::vector<std::string>{"127.0.0.1", "other.example"}));
}

TEST_F(HttpTest, AsksAProxyWithoutResolvingTheHost) {
  TestServer proxy([](const Connection& client) { client.answer("by proxy, " + client.path); });
  setenv("http_proxy", ("http://127.0.0.1:" + std::to_string(proxy.port())).c_str(), 1);
  options_.resolve = [](const std::string&) { return std::vector<std::string>{}; };
  EXPECT_FALSE(get("http://inner.example/x").failure);
  EXPECT_EQ(body_, "by proxy, http://inner.example/x");
  setenv("no_proxy", "inner.example", 1);
  EXPECT_EQ(get("http://inner.example/x").failure->text,
            "inner.example: could not resolve the host");
}

TEST_F(HttpTest, StopsInTheMiddleOfEverything) {
  TestServer server([](const Connection& client) {
    if (client.path == "/stall") client.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin");
    client.say_nothing();
  });
  BlackHole hole;
  auto gate = std::make_shared<std::promise<void>>();
  std::shared_future<void> opened = gate->get_future().share();
  options_.resolve = [opened](const std::string&) {
    opened.wait();
    return std::vector<std::string>{};
  };
  HttpTimeouts never{std::chrono::hours(1), std::chrono::hours(1), std::chrono::hours(1)};
  for (const std::string& url :
       {server.url("/nothing"), server.url("/stall"), std::string("http://silent.example/"),
        "http://127.0.0.1:" + std::to_string(hole.port()) + "/"}) {
    std::stop_source source;
    std::jthread stopper([&] {
      std::this_thread::sleep_for(milliseconds(50));
      source.request_stop();
    });
    Clock::time_point start = Clock::now();
    bool is_connected = false;
    HttpRequest request = with_timeouts(never);
    request.connected = [&] { is_connected = true; };
    const HttpResult answer = get(url, request, source.get_token());
    EXPECT_EQ(reason_of(answer), Reason::stopped) << url;
    EXPECT_EQ(is_connected, url.starts_with(server.url("/"))) << url;
    EXPECT_EQ(answer.failure->dead_host.empty(), is_connected) << url; // who was waited for
    EXPECT_LT(Clock::now() - start, kMuchLessThanForever) << url;
  }
  gate->set_value();
}

TEST_F(HttpTest, PassesOnWhatTheReaderOfTheBodyThrows) {
  TestServer server([](const Connection& client) { client.answer("body"); });
  HttpRequest request;
  request.body = [](std::string_view) { throw Error(ErrorKind::failed, "test.body", "disk full"); };
  EXPECT_EQ(message_of([&] { get(server.url("/x"), request); }), "disk full");
}

TEST_F(HttpTest, AConnectionThatIsOpenServesTheNextRequest) {
  std::atomic<int> connections = 0;
  TestServer server([&](const Connection& client) {
    ++connections;
    for (int i = 0; i < 3; ++i) {
      client.answer("body");
      char last = 0; // the next request's head, read to its end
      for (std::string head; !head.ends_with("\r\n\r\n"); head += last)
        if (recv(client.fd, &last, 1, 0) != 1) return;
    }
  });
  std::unique_ptr<Http> http = make_http(options_);
  for (int i = 0; i < 3; ++i) {
    HttpRequest request;
    request.url = server.url("/" + std::to_string(i));
    std::string body;
    request.body = [&](std::string_view bytes) { body += bytes; };
    EXPECT_FALSE(http->get(request, {}).failure);
    EXPECT_EQ(body, "body");
  }
  EXPECT_EQ(connections, 1);
  // The server has closed it meanwhile; that is no failure.
  HttpRequest again;
  again.url = server.url("/again");
  EXPECT_FALSE(http->get(again, {}).failure);
}

TEST_F(HttpTest, ServesManyThreads) {
  TestServer server([](const Connection& client) { client.answer(client.path); });
  std::unique_ptr<Http> http = make_http(options_);
  std::vector<std::jthread> threads;
  std::vector<std::string> bodies(8);
  for (std::size_t i = 0; i < bodies.size(); ++i)
    threads.emplace_back([&, i] {
      HttpRequest request;
      request.url = server.url("/" + std::to_string(i));
      request.body = [&, i](std::string_view bytes) { bodies[i] += bytes; };
      EXPECT_FALSE(http->get(request, {}).failure);
    });
  threads.clear();
  EXPECT_EQ(bodies, (std::vector<std::string>{"/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7"}));
}

} // namespace
} // namespace hdist
