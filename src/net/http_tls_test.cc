#include "base/error.h"
#include "base/process.h"
#include "net/http.h"
#include "net/net_testing.h"

#include <gtest/gtest.h>

#include <condition_variable>

namespace hdist {
namespace {

using Reason = HttpFailure::Reason;

/// tests/golden/tls/server.py in a process of its own.
class TlsServer {
public:
  TlsServer() {
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return is_over_ || said_.find('\n') != std::string::npos; });
    port_ = said_.substr(0, said_.find('\n'));
  }
  std::string url(const std::string& path) const { return "https://tls.example:" + port_ + path; }

private:
  void serve(const std::stop_token& stop) {
    Command command;
    command.argv = {"/usr/bin/python3", HDIST_GOLDEN_DIR "/tls/server.py"};
    command.env = Env::current();
    command.output = [this](std::string_view bytes) {
      std::scoped_lock lock(mutex_);
      said_ += bytes;
      ready_.notify_all();
    };
    run(command, stop);
    std::scoped_lock lock(mutex_);
    is_over_ = true;
    ready_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable ready_;
  std::string said_;
  std::string port_;
  bool is_over_ = false;
  std::jthread thread_;
};

class HttpsTest : public testing::Test {
protected:
  void SetUp() override {
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
      unsetenv(name);
  }
  void TearDown() override { unsetenv("SSL_CERT_FILE"); }

  HttpResult get(const std::string& url) {
    HttpOptions options;
    options.module_dir = HDIST_MODULE_DIR;
    options.resolve = [](const std::string&) { return std::vector<std::string>{"127.0.0.1"}; };
    HttpRequest request;
    request.url = url;
    request.body = [this](std::string_view bytes) { body_ += bytes; };
    return make_http(options)->get(request, {});
  }
  std::string body_;
};

TEST_F(HttpsTest, TrustsTheCertificatesOfSslCertFileAndNoOthers) {
  TlsServer server;
  HttpResult result = get(server.url("/x"));
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->reason, Reason::untrusted);
  EXPECT_NE(result.failure->text.find("certificate"), std::string::npos) << result.failure->text;
  setenv("SSL_CERT_FILE", HDIST_GOLDEN_DIR "/tls/cert.pem", 1);
  result = get(server.url("/x"));
  EXPECT_FALSE(result.failure) << result.failure->text;
  EXPECT_EQ(body_, "secret");
}

TEST_F(HttpsTest, IsNotRedirectedToHttp) {
  TlsServer server;
  TestServer plain([](const Connection& client) { client.answer("not protected"); });
  setenv("SSL_CERT_FILE", HDIST_GOLDEN_DIR "/tls/cert.pem", 1);
  HttpResult result = get(server.url("/to/" + plain.url("/x")));
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->reason, Reason::bad_address);
  EXPECT_EQ(result.failure->text, "tls.example: redirected from https to http, " + plain.url("/x"));
  EXPECT_TRUE(plain.paths().empty());
  EXPECT_FALSE(get(server.url("/to//x")).failure) << "from https to https";
}

} // namespace
} // namespace hdist
