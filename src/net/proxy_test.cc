#include "net/proxy.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

std::string proxy_of(const std::string& url,
                     std::initializer_list<std::pair<const char*, const char*>> variables) {
  Env env;
  for (const auto& [name, value] : variables)
    env.set(name, value);
  return proxy_for(Url::parse(url).value(), env);
}

TEST(Proxy, IsTakenFromTheVariableOfTheScheme) {
  EXPECT_EQ(proxy_of("http://h/", {}), "");
  EXPECT_EQ(proxy_of("http://h/", {{"http_proxy", "p:1"}, {"https_proxy", "s:1"}}), "p:1");
  EXPECT_EQ(proxy_of("https://h/", {{"http_proxy", "p:1"}, {"https_proxy", "s:1"}}), "s:1");
  EXPECT_EQ(proxy_of("https://h/", {{"HTTPS_PROXY", "s:1"}}), "s:1");
  EXPECT_EQ(proxy_of("http://h/", {{"HTTP_PROXY", "p:1"}}), "");
  EXPECT_EQ(proxy_of("http://h/", {{"all_proxy", "a:1"}, {"http_proxy", ""}}), "a:1");
}

TEST(Proxy, IsNotUsedForWhatNoProxyNames) {
  auto is_direct = [](const std::string& host, const char* no_proxy) {
    return proxy_of("http://" + host + "/", {{"http_proxy", "p:1"}, {"no_proxy", no_proxy}})
        .empty();
  };
  EXPECT_TRUE(is_direct("h.example", "*"));
  EXPECT_TRUE(is_direct("h.example", "other,h.example"));
  EXPECT_TRUE(is_direct("h.example", "other, .Example"));
  EXPECT_TRUE(is_direct("h.example", "other example."));
  EXPECT_FALSE(is_direct("h.example", "ample"));
  EXPECT_FALSE(is_direct("h.example", "h.example.org,,"));
  EXPECT_TRUE(is_direct("127.0.0.1", "127.0.0.0/8"));
  EXPECT_FALSE(is_direct("128.0.0.1", "127.0.0.0/8"));
  EXPECT_TRUE(is_direct("[::1]", "::1"));
  EXPECT_TRUE(is_direct("[fd00::5]", "fd00::/8"));
}

TEST(Proxy, DecidesWhatIsResolvedHere) {
  Url url = Url::parse("https://h/").value();
  using Endpoints = std::vector<Endpoint>;
  EXPECT_EQ(endpoints_of(url, ""), (Endpoints{{"h", 443}}));
  EXPECT_EQ(endpoints_of(url, "p"), (Endpoints{{"p", 1080}}));
  EXPECT_EQ(endpoints_of(url, "http://u:w@p:3128"), (Endpoints{{"p", 3128}}));
  EXPECT_EQ(endpoints_of(url, "socks5h://p"), (Endpoints{{"p", 1080}}));
  EXPECT_EQ(endpoints_of(url, "socks5://p"), (Endpoints{{"p", 1080}, {"h", 443}}));
}

} // namespace
} // namespace hdist
