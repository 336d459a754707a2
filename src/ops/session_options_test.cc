#include "ops/session_options.h"

#include "config/brand_file.h"
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

TEST(SessionOptions, AnInstallationUnderAnotherNameIsThatBrand) {
  TempDir tmp;
  auto install = [&](const std::string& name) {
    Brand brand;
    brand.program = name;
    brand.config_file = "~/." + name;
    write_file(tmp.path() + "/share/" + name + "/brand.json", compact_json(to_value(brand)));
  };
  std::string prefix = R"("prefix": ")" + tmp.path() + "\"";
  EXPECT_EQ(read("{" + prefix + "}").brand.program, "hdist");
  install("qsnake");
  SessionRequest request = read("{" + prefix + "}");
  EXPECT_EQ(request.brand.config_file, "~/.qsnake");
  EXPECT_EQ(request.executable, tmp.path() + "/lib/qsnake/qsnake");
  install("sage");
  EXPECT_NE(message_of([&] { read("{" + prefix + "}"); }).find("qsnake, sage"), std::string::npos);
  EXPECT_EQ(read("{" + prefix + R"(, "program": "sage"})").brand.program, "sage");
  EXPECT_NE(message_of([&] { read("{" + prefix + R"(, "program": "pyhpc"})"); }).find("no pyhpc"),
            std::string::npos);
  EXPECT_NE(message_of([&] { read("{" + prefix + R"(, "program": "../x"})"); }).find("program"),
            std::string::npos);
  write_file(tmp.path() + "/lib/hdist/hdist", "");
  EXPECT_EQ(read("{" + prefix + "}").brand.program, "hdist");
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
