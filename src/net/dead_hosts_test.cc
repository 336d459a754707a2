#include "base/path.h"
#include "net/http.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>

namespace hdist {
namespace {

std::string ago(int64_t seconds) {
  return std::to_string(static_cast<int64_t>(std::time(nullptr)) - seconds);
}

TEST(DeadHosts, AreRememberedByOtherProcesses) {
  TempDir tmp;
  std::string file = tmp.path() + "/cache/dead-hosts";
  DeadHosts first(file), second(file);
  EXPECT_FALSE(second.is_dead("a.example"));
  first.mark_dead("A.example");
  EXPECT_TRUE(second.is_dead("a.example"));
  EXPECT_GE(second.dead_for_s("a.example"), 0);
  second.mark_dead("b.example");
  EXPECT_TRUE(first.is_dead("b.example"));
  second.mark_alive("a.example");
  EXPECT_FALSE(DeadHosts(file).is_dead("a.example"));
  EXPECT_TRUE(DeadHosts(file).is_dead("b.example"));
}

TEST(DeadHosts, AreForgottenAfterAWhile) {
  TempDir tmp;
  std::string file = tmp.path() + "/dead-hosts";
  write_file(file, "old.example " + ago(601) + "\nrecent.example " + ago(60) + "\n");
  DeadHosts hosts(file);
  EXPECT_FALSE(hosts.is_dead("old.example"));
  EXPECT_GE(hosts.dead_for_s("recent.example"), 60);
  hosts.mark_dead("new.example");
  EXPECT_EQ(read_file(file).find("old.example"), std::string::npos);
}

TEST(DeadHosts, OfAClockThatWasSetBackAreNotDeadForEver) {
  TempDir tmp;
  write_file(tmp.path() + "/dead-hosts", "future.example " + ago(-100'000) + "\n");
  EXPECT_FALSE(DeadHosts(tmp.path() + "/dead-hosts").is_dead("future.example"));
}

TEST(DeadHosts, SurviveGarbageInTheFile) {
  TempDir tmp;
  std::string file = tmp.path() + "/dead-hosts";
  write_file(
      file,
      std::string("\0\xff\n{json}\nx\nx y z\nbig.example 99999999999999999999\nneg.example -5\n",
                  63) +
          "\ngood.example " + ago(1) + "\n");
  DeadHosts hosts(file);
  EXPECT_TRUE(hosts.is_dead("good.example"));
  for (const char* host : {"x", "{json}", "big.example", "neg.example", ""})
    EXPECT_FALSE(hosts.is_dead(host)) << host;
}

TEST(DeadHosts, AreKnownToThisProcessAlsoWhenTheFileCannotBeWritten) {
  TempDir tmp;
  write_file(tmp.path() + "/file", "");
  for (const std::string& file : {std::string(), tmp.path() + "/file/dead-hosts"}) {
    DeadHosts hosts(file);
    hosts.mark_dead("a.example");
    EXPECT_TRUE(hosts.is_dead("a.example")) << file;
    hosts.mark_alive("a.example");
    EXPECT_FALSE(hosts.is_dead("a.example")) << file;
  }
}

TEST(DeadHosts, WithNamesThatAreNoHostsAreIgnored) {
  TempDir tmp;
  std::string file = tmp.path() + "/dead-hosts";
  DeadHosts hosts(file);
  for (const char* host : {"", " ", "a b", "a\nb 1"})
    hosts.mark_dead(host);
  EXPECT_FALSE(std::filesystem::exists(file));
}

} // namespace
} // namespace hdist
