#include "ops/session_options.h"

#include "data/json.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

SessionRequest read(const std::string& text) {
  return read_session_options(read_json("options", text), "/opt/x");
}

TEST(SessionOptions, WithoutAnyItIsTheInstallationAndTheProcess) {
  SessionRequest request = read("{}");
  EXPECT_EQ(request.executable, "/opt/x/lib/hdist/hdist");
  EXPECT_EQ(request.config.environment, Env::current());
  EXPECT_EQ(request.config.config_option, std::nullopt);
  EXPECT_EQ(request.jobs, 0);
}

TEST(SessionOptions, EachIsTaken) {
  SessionRequest request =
      read(R"({"prefix": "/usr", "config": "/c", "environment": {"HOME": "/h"}, "jobs": 3,
              "refresh": true, "offline": true, "keep_build": "always"})");
  EXPECT_EQ(request.executable, "/usr/lib/hdist/hdist");
  EXPECT_EQ(request.config.config_option, "/c");
  EXPECT_EQ(request.config.environment.strings(), std::vector<std::string>{"HOME=/h"});
  EXPECT_EQ(request.jobs, 3);
  EXPECT_TRUE(request.refresh);
  EXPECT_TRUE(request.offline);
  EXPECT_EQ(request.keep, KeepBuild::always);
}

TEST(SessionOptions, WhatIsWrongIsNamed) {
  auto message = [](const std::string& text) { return message_of([&] { read(text); }); };
  EXPECT_NE(message(R"({"confg": "x"})").find("\"config\""), std::string::npos);
  EXPECT_NE(message(R"({"jobs": 0})").find("from 1 to"), std::string::npos);
  EXPECT_NE(message(R"({"jobs": "2"})").find("jobs: expected an integer"), std::string::npos);
  EXPECT_NE(message(R"({"keep_build": "sometimes"})").find("\"failed\""), std::string::npos);
  EXPECT_NE(message(R"({"environment": {"A=B": "x"}})").find("no name"), std::string::npos);
  EXPECT_NE(message(R"({"environment": {"A": 1}})").find("environment.A"), std::string::npos);
}

} // namespace
} // namespace hdist
