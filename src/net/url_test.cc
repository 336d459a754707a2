#include "net/http.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

std::string parsed(std::string_view text) {
  std::optional<Url> url = Url::parse(text);
  return url ? url->scheme + " " + url->host + " " + std::to_string(url->port) + " " + url->path
             : "no address";
}

TEST(Url, IsTakenApart) {
  EXPECT_EQ(parsed("https://www.lua.org/ftp/lua-5.4.4.tar.gz"),
            "https www.lua.org 0 /ftp/lua-5.4.4.tar.gz");
  EXPECT_EQ(parsed("HTTP://Host:8080"), "http host 8080 /");
  EXPECT_EQ(parsed("http://user:p%40ss@host/a%20b?x=/y#z"), "http host 0 /a%20b");
  EXPECT_EQ(parsed("http://[::1]:80/x"), "http ::1 80 /x");
  EXPECT_EQ(parsed("file:///a/b"), "file  0 /a/b");
  EXPECT_EQ(parsed("file:/a/b"), "file  0 /a/b");
  EXPECT_EQ(parsed("http://host?x"), "http host 0 /");
}

TEST(Url, IsRefusedWhenItIsNone) {
  for (const char* text : {"", "x", "/a/b", "http://", "http:/a", "http:///a", "://x", "1http://x",
                           "http://h:0/", "http://h:65536/", "http://h:x/", "http://h:80x/",
                           "http://[::1/", "http://[::1]x/", "http://h/a b", "http://h/\n"})
    EXPECT_EQ(parsed(text), "no address") << text;
  EXPECT_EQ(parsed(std::string_view("http://h/\0", 10)), "no address");
}

TEST(PercentDecode, ReplacesHexadecimalBytes) {
  EXPECT_EQ(percent_decode("a%20b%2Fc%c3%A9+"), "a b/c\xc3\xa9+");
  EXPECT_EQ(percent_decode(""), "");
}

TEST(PercentDecode, RefusesWhatIsMalformed) {
  for (const char* text : {"%", "%2", "a%2x", "%%20", "%-1"})
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
}

} // namespace
} // namespace hdist
