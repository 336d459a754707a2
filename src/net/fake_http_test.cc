#include "net/fake_http.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(FakeHttp, ServesFailsAndRecords) {
  FakeHttp http;
  http.serve("http://h/a", "body");
  http.fail("http://h/b", {.reason = HttpFailure::Reason::slow, .text = "slow"});
  std::string body;
  HttpRequest request;
  request.body = [&](std::string_view bytes) { body += bytes; };
  request.url = "http://h/a";
  EXPECT_EQ(http.get(request, {}).bytes, 4);
  EXPECT_EQ(body, "body");
  request.url = "http://h/b";
  EXPECT_EQ(http.get(request, {}).failure->text, "slow");
  request.url = "http://h/c";
  EXPECT_EQ(http.get(request, {}).failure->status, 404);
  EXPECT_EQ(http.requests(), (std::vector<std::string>{"http://h/a", "http://h/b", "http://h/c"}));
}

} // namespace
} // namespace hdist
