#include "build/job_commands.h"

#include "build/test_builds.h"
#include "model/hitpack.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

TEST(JobCommands, ALongCommandIsCutBetweenCharacters) {
  EXPECT_EQ(cut("short", 10), "short");
  EXPECT_EQ(cut("abcdef", 3), "abc...");
  EXPECT_EQ(cut("a\xc3\xa9", 2), "a..."); // not within the second one
}

TEST(JobCommands, ACommandOfThisProgramIsShownWithItsName) {
  JobCommand job;
  job.command.argv = {"makeprofile", "a b"};
  EXPECT_EQ(command_line(job, "qsnake"), "makeprofile 'a b'");
  job.in_process = true;
  EXPECT_EQ(command_line(job, "qsnake"), "qsnake makeprofile 'a b'");
}

TEST(JobCommands, SourcesGoToTheirTargets) {
  TempDir tmp;
  BuildPlace place(tmp.path());
  const SourceItem item = place.sources.put_pack(write_hitpack({{"f", "1"}}));
  const BuildSpec spec = BuildSpec::from_value(
      parse_json(R"({"name": "x", "build": {}, "sources": [{"key": ")" + item.key.str() +
                     R"(", "target": "a/b/"}, {"key": ")" + item.key.str() + R"("}]})",
                 "spec"));
  unpack_sources(spec, place.sources, Dir::create(tmp.path() + "/work"), {});
  EXPECT_EQ(read_file(tmp.path() + "/work/a/b/f"), "1");
  EXPECT_EQ(read_file(tmp.path() + "/work/f"), "1");
}

TEST(JobCommands, TheSurroundingsHaveThePlacesOfTheBuild) {
  TempDir tmp;
  const BuildPlace place(tmp.path());
  const Env env =
      job_surroundings(place.options, shell_spec("x", "true"), {}, "/place", "/store/x");
  EXPECT_EQ(env.get("BUILD"), "/place/work");
  EXPECT_EQ(env.get("ARTIFACT"), "/store/x");
  EXPECT_EQ(env.get("MAKEFLAGS"), "-j2");
}

} // namespace
} // namespace hdist
