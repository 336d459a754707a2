// ops_testing.h: a session on stores of its own, with the programs of this build; for tests.
#pragma once

#include "data/json.h"
#include "ops/session.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace hdist {

class OpsTest : public ::testing::Test {
protected:
  OpsTest() {
    SessionRequest request;
    request.executable = std::string(HDIST_MODULE_DIR) + "/hdist";
    request.config.environment.set("HDIST_HOME", tmp_.path());
    request.config.environment.set("PATH", "/usr/bin:/bin");
    write_file(tmp_.path() + "/.hashdistconfig",
               "[builder]\ndurability = off\ntemp = " + tmp_.path() + "/tmp\n");
    session_.emplace(std::move(request), events_, stop_.get_token());
  }

  static std::string spec_text(const std::string& name, const std::string& script) {
    return R"({"name": ")" + name + R"(", "build": {"commands": [{"cmd": ["/bin/sh", "-c", ")" +
           script + R"("]}]}})";
  }

  TempDir tmp_;
  RecordedEvents events_;
  std::stop_source stop_;
  std::optional<Session> session_;
};

} // namespace hdist
