#include "ops/config_set_op.h"

#include "data/json.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

class ConfigSetOp : public ::testing::Test {
protected:
  ConfigSetOp() {
    request_.executable = "/nonexistent/bin/hdist";
    request_.brand.system_config_file = tmp_.path() + "/etc/hashdistconfig";
    request_.config.environment.set("HDIST_HOME", tmp_.path());
  }
  ConfigSetResponse set(const std::string& key, const std::string& value) {
    Session session(request_, events_, std::stop_token());
    return set_config(session, {key, value});
  }
  std::string error(const std::string& key, const std::string& value) {
    return message_of([&] { set(key, value); });
  }
  std::string file() const { return tmp_.path() + "/.hashdistconfig"; }
  TempDir tmp_;
  RecordedEvents events_;
  SessionRequest request_;
};

TEST_F(ConfigSetOp, AnswersWithTheSettingThatIsInForceNow) {
  ConfigSetResponse response = set("builder.store", "~/there");
  EXPECT_EQ(read_file(file()), "[builder]\nstore = ~/there\n");
  EXPECT_EQ(compact_json(to_value(response)),
            R"({"file":")" + file() + R"(","setting":{"key":"builder.store","value":")" +
                tmp_.path() + R"(/there","origin":")" + file() + R"(:2","default":")" +
                tmp_.path() + R"(/.hashdist/artifacts"},"notes":[]})");
}

TEST_F(ConfigSetOp, TagsAndOldSpellingsAreKeys) {
  EXPECT_EQ(set("sources.keep-nightly", "36 hours").setting.value, "36 hours");
  EXPECT_EQ(set("hashdist.python2-path", "/p").setting.key, "python-path");
}

TEST_F(ConfigSetOp, WhatIsWrongIsNotWritten) {
  EXPECT_NE(error("builder.stroe", "/x").find("is 'builder.store' meant?"), std::string::npos);
  EXPECT_NE(error("builder", "/x").find("there is no setting"), std::string::npos);
  EXPECT_NE(error("builder.jobs", "0").find("expected an integer from 1"), std::string::npos);
  EXPECT_NE(error("builder.virtual", "a").find("expected NAME=VALUE"), std::string::npos);
  EXPECT_NE(error("builder.temp", "/a\n[gc]").find("expected one line"), std::string::npos);
  EXPECT_THROW((void)read_file(file()), std::runtime_error);
}

TEST_F(ConfigSetOp, WhatIsTakenOutIsTheDefaultAgainOrTheSites) {
  const auto unset = [&](const std::string& key) {
    Session session(request_, events_, std::stop_token());
    return unset_config(session, {key});
  };
  set("builder.jobs", "3");
  set("sources.keep-nightly", "1 week");
  ConfigUnsetResponse response = unset("builder.jobs");
  EXPECT_EQ(read_file(file()), "[builder]\n\n[sources]\nkeep-nightly = 1 week\n");
  EXPECT_TRUE(response.changed);
  EXPECT_EQ(response.setting.origin, "default");
  EXPECT_EQ(unset("sources.keep-nightly").setting.value, "");
  write_file(request_.brand.system_config_file, "[builder]\njobs = 2\n");
  response = unset("builder.jobs");
  EXPECT_FALSE(response.changed);
  EXPECT_EQ(response.setting.value + " " + response.setting.origin,
            "2 " + request_.brand.system_config_file + ":2");
  EXPECT_NE(message_of([&] { unset("builder.jbos"); }).find("is 'builder.jobs' meant?"),
            std::string::npos);
}

TEST_F(ConfigSetOp, AnEmptyValueWhereNoneMayBeIsAnsweredWithUnset) {
  try {
    set("builder.store", " ");
    FAIL();
  } catch (const Error& error) {
    ASSERT_EQ(error.advice().size(), 1u);
    EXPECT_EQ(error.advice()[0].args, (std::vector<std::string>{"unset", "builder.store"}));
  }
}

TEST_F(ConfigSetOp, SettingsThatWereGivenAsTextOrByTheSiteAreNotChanged) {
  request_.config.environment.set("HDIST_CONFIG", "{}");
  EXPECT_NE(error("builder.jobs", "1").find("given as text in HDIST_CONFIG"), std::string::npos);
  request_.config.environment.unset("HDIST_CONFIG");
  write_file(request_.brand.system_config_file, "[site]\npolicy = builder.share\n");
  EXPECT_NE(error("builder.share", "group").find("by the site's policy"), std::string::npos);
  EXPECT_EQ(set("builder.jobs", "1").setting.value, "1");
}

} // namespace
} // namespace hdist
