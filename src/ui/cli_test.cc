#include "ui/cli.h"

#include "ops/session.h"
#include "testing/testing.h"
#include "ui/parser.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

Arguments global(const std::vector<std::string>& words) {
  return parse_line(words, commands(), global_options()).global;
}

TEST(Cli, OptionsReachTheSession) {
  Cli cli(Brand(), "/p/bin/hdist", global({"-j3", "--json", "--config", "x.ini"}));
  EXPECT_TRUE(cli.json());
  EXPECT_EQ(cli.request().jobs, 3);
  EXPECT_EQ(cli.request().config.config_option, "x.ini");
  EXPECT_FALSE(cli.interrupted());
}

TEST(Cli, AnImpossibleNumberOfJobsIsAnError) {
  for (const char* jobs : {"0", "-1", "x", "99999"})
    EXPECT_NE(message_of([&] {
                Cli(Brand(), "/p", global({"--jobs", jobs}));
              }).find("--jobs takes a number"),
              std::string::npos)
        << jobs;
}

} // namespace
} // namespace hdist
