#include "ops/config_check.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

class ConfigCheck : public ::testing::Test {
protected:
  ConfigCheck() {
    request_.executable = "/nonexistent/lib/hdist/hdist";
    request_.brand.system_config_file = tmp_.path() + "/etc";
    request_.config.environment.set("HDIST_HOME", tmp_.path());
  }
  std::string doubts(const std::string& section, const std::string& key, const std::string& item) {
    Session session(request_, events_, std::stop_token());
    KeySpec spec = find_key(known_keys(request_.brand), section, key).value();
    std::string text;
    for (const std::string& doubt : doubts_about(session, spec, {item, item}))
      text += doubt + "\n";
    return text;
  }
  std::string code(const std::string& section, const std::string& key, const std::string& item) {
    return code_of([&] { doubts(section, key, item); });
  }
  TempDir tmp_;
  RecordedEvents events_;
  SessionRequest request_;
};

TEST_F(ConfigCheck, WhatCannotWorkIsRefused) {
  const std::string file = tmp_.path() + "/file";
  write_file(file, "");
  EXPECT_EQ(code("builder", "store", "/tmp/a b"), "store.bad-path");
  for (const char* key : {"store", "temp"})
    for (const std::string& path : {std::string("/usr"), file, file + "/x"})
      EXPECT_EQ(code("builder", key, path), "config.value") << key << path;
  EXPECT_EQ(code("sources", "store", "/etc"), "config.value");
  EXPECT_EQ(code("sources", "mirrors", "ftp://mirror"), "config.value");
  EXPECT_EQ(code("sources", "mirrors", "mirror.example.org"), "config.value");
  EXPECT_EQ(code("hashdist", "profiles", "/"), "config.value");
  EXPECT_EQ(code("hashdist", "collections", file), "config.value");
  EXPECT_EQ(code("hashdist", "hdist", file), "config.value");
  EXPECT_EQ(code("builder", "trust", "no such user"), "config.value");
  EXPECT_EQ(code("builder", "virtual", "virtual:a=b"), "config.value");
  EXPECT_EQ(code("site", "policy", "builder.shrae"), "config.value");
}

TEST_F(ConfigCheck, StoresLieApart) {
  const std::string sources = tmp_.path() + "/.hashdist/source";
  std::filesystem::create_directories(sources);
  std::filesystem::create_symlink(sources, tmp_.path() + "/link");
  for (const std::string& path :
       {sources, sources + "/x", tmp_.path() + "/.hashdist", tmp_.path() + "/link", tmp_.path()})
    EXPECT_EQ(code("builder", "store", path), "config.value") << path;
  EXPECT_EQ(code("sources", "store", tmp_.path() + "/.hashdist/artifacts"), "config.value");
  EXPECT_EQ(code("builder", "temp", sources + "/tmp"), "config.value");
  EXPECT_EQ(code("hashdist", "profiles", tmp_.path() + "/.hashdist/artifacts"), "config.value");
  EXPECT_EQ(doubts("builder", "temp", tmp_.path() + "/.hashdist"), "");
  EXPECT_EQ(doubts("builder", "store", sources + "2"), "");
  EXPECT_EQ(doubts("sources", "store", sources), "");
}

TEST_F(ConfigCheck, WhatIsMissingNowIsSaidOnce) {
  const std::string none = tmp_.path() + "/none";
  for (const char* key : {"collections", "python-path"})
    EXPECT_EQ(doubts("hashdist", key, none), "there is no directory " + none + " yet\n") << key;
  EXPECT_EQ(doubts("sources", "mirrors", none), "there is no directory " + none + " yet\n");
  EXPECT_EQ(doubts("hashdist", "hdist", none),
            "there is no program " + none +
                " yet; until there is, only /nonexistent/lib/hdist/hdist runs\n");
  EXPECT_EQ(doubts("site", "policy", "builder.share"),
            "site.policy counts in " + tmp_.path() + "/etc only\n");
}

TEST_F(ConfigCheck, WhatCanWorkIsNotDoubted) {
  std::filesystem::create_directory(tmp_.path() + "/a b");
  for (const char* name : {"/a b/x", "/a b", ""})
    EXPECT_EQ(doubts("builder", "temp", tmp_.path() + name), "") << name;
  EXPECT_EQ(doubts("builder", "temp", ""), "");
  EXPECT_EQ(doubts("builder", "store", tmp_.path() + "/new/store"), "");
  EXPECT_EQ(doubts("sources", "mirrors", "https://mirror.example.org/x"), "");
  EXPECT_EQ(doubts("sources", "mirrors", tmp_.path()), "");
  EXPECT_EQ(doubts("builder", "trust", "root"), "");
  EXPECT_EQ(doubts("builder", "virtual", "virtual:a=b/" + std::string(32, 'a')), "");
  EXPECT_EQ(doubts("gc", "grace", "1 hour"), "");
}

} // namespace
} // namespace hdist
