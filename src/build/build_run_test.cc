#include "base/error.h"
#include "base/text.h"
#include "build/builder.h"
#include "build/test_builds.h"
#include "model/hitpack.h"
#include "schedule/jobserver.h"
#include "testing/testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>

namespace hdist {

namespace {

namespace fs = std::filesystem;

class BuildRunTest : public testing::Test {
protected:
  bool is_empty(const std::string& name) const {
    return !fs::exists(tmp_.path() + name) || fs::is_empty(tmp_.path() + name);
  }
  static int mode_of(const std::string& path) {
    return static_cast<int>(fs::symlink_status(path).permissions());
  }
  std::string output_of(const std::string& script) {
    place_.must_build(shell_spec("output", script));
    std::string output;
    for (const LogLine& line : place_.events.lines())
      if (!line.text.starts_with("== ")) output += line.text + "\n";
    return output;
  }

  TempDir tmp_;
  BuildPlace place_{tmp_.path()};
};

// --- the job's surroundings

TEST_F(BuildRunTest, OutputFollowsLineByLineAfterTheCommand) {
  place_.must_build(shell_spec("output", "echo one; echo two >&2"));
  const std::vector<LogLine> lines = place_.events.lines();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_TRUE(lines[0].text.starts_with("== script: /bin/sh -c ")) << lines[0].text;
  EXPECT_EQ(lines[1].text, "one");
  EXPECT_EQ(lines[2].text, "two");
}

TEST_F(BuildRunTest, JobGetsItsOwnPlacesAndAnEmptyStdin) {
  const std::string output =
      output_of("cat; umask; echo $LC_ALL $TZ $MAKEFLAGS; cd; basename $PWD; basename $TMPDIR; "
                "[ $BUILD = \"$OLDPWD\" ] && basename $BUILD; echo \"$HDIST_CONFIG\"");
  EXPECT_EQ(output, "0022\nC.UTF-8 UTC -j2\nhome\ntmp\nwork\n{\"k\":\"v\"}\n");
}

TEST_F(BuildRunTest, WhatAKilledMakeWasLentComesBack) {
  Jobserver server(3);
  place_.options.jobserver = &server;
  const std::string all = "test \"$MAKEFLAGS\" = '-j2 --jobserver-auth=64,65' && timeout 20 dd "
                          "bs=1 count=2 <&64 2>/dev/null";
  for (const char* name : {"first", "second"}) {
    Value value =
        parse_json(R"({"build": {"commands": [{"cmd": ["/bin/bash", "-c", ""]}]}})", "spec");
    value.set("name", name);
    Value& script =
        value.find("build")->find("commands")->if_list()->front().find("cmd")->if_list()->back();
    script = Value("PATH=/usr/bin:/bin; " + replace_all(all, "$", "\\$") + "; kill -9 \\$\\$");
    const BuildFailure failure = place_.must_fail(BuildSpec::from_value(std::move(value)));
    ASSERT_FALSE(failure.last_lines.empty()) << failure.reason;
    EXPECT_EQ(failure.last_lines.back(), "++") << failure.reason;
  }
}

TEST_F(BuildRunTest, InProcessCommandsRunThisProgram) {
  Value value = parse_json(
      R"({"name": "tool", "build": {"commands": [{"hit": ["create-links", "$ARTIFACT"], "nohash_stage": "links"}]}})",
      "spec");
  const BuildSuccess built = place_.must_build(BuildSpec::from_value(std::move(value)));
  const std::vector<LogLine> lines = place_.events.lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].text, "== links: hdist create-links " + built.path);
  EXPECT_EQ(lines[1].text, "create-links " + built.path); // the program is echo here
}

TEST_F(BuildRunTest, SourcesAreUnpackedInOrderAndTheSpecLiesBeside) {
  const SourceItem first = place_.sources.put_pack(write_hitpack({{"a", "1"}, {"d/b", "2"}}));
  const SourceItem second = place_.sources.put_pack(write_hitpack({{"c", "3"}}));
  const std::string fields =
      fmt::format(R"(, "sources": [{{"key": "{}"}}, {{"key": "{}", "target": "d/sub/"}}])",
                  first.key.str(), second.key.str());
  const BuildSuccess built = place_.must_build(spec_of(
      "unpacked", {.script = "cat a d/b d/sub/c > $ARTIFACT/all; grep -c name ../build.json",
                   .fields = fields}));
  EXPECT_EQ(read_file(built.path + "/all"), "123");
}

// --- failures

TEST_F(BuildRunTest, AFailureSaysStageReasonCommandAndLines) {
  const BuildFailure failure = place_.must_fail(
      shell_spec("broken", "echo start; echo \"x.c:1: error: bad\"; seq 30; exit 3"));
  EXPECT_EQ(failure.code, "build.command-failed");
  EXPECT_EQ(failure.stage, "script");
  EXPECT_EQ(failure.reason, "exit status 3");
  EXPECT_TRUE(failure.command.starts_with("/bin/sh -c "));
  EXPECT_EQ(failure.first_error.value().line, "x.c:1: error: bad");
  EXPECT_EQ(failure.last_lines.size(), 20u);
  EXPECT_EQ(failure.last_lines.back(), "30");
  EXPECT_EQ(failure.log_path, tmp_.path() + "/logs/broken-" + failure.id.hash12() + ".log");
  EXPECT_NE(read_file(failure.log_path).find("start\nx.c:1: error: bad\n1\n2\n"),
            std::string::npos);
  EXPECT_TRUE(fs::is_directory(failure.build_dir + "/work"));
  EXPECT_FALSE(place_.store.find(failure.id));
  EXPECT_FALSE(fs::exists(tmp_.path() + "/store/broken/" + failure.id.hash12()));
}

TEST_F(BuildRunTest, ACommandThatIsNotThereIsAFailureThatNamesIt) {
  Value value =
      parse_json(R"({"name": "x", "build": {"commands": [{"cmd": ["./configure"]}]}})", "spec");
  const BuildFailure failure = place_.must_fail(BuildSpec::from_value(std::move(value)));
  EXPECT_EQ(failure.code, "build.command-failed");
  EXPECT_EQ(failure.stage, "configure");
  EXPECT_NE(failure.reason.find("./configure"), std::string::npos) << failure.reason;
  EXPECT_NE(failure.first_error.value().line.find("./configure"), std::string::npos);
  ASSERT_EQ(failure.advice.size(), 2u); // how to look into it, and nothing on PATH
  EXPECT_EQ(failure.advice[0].verb, "debug");
  EXPECT_EQ(failure.advice[1].args,
            (std::vector<std::string>{"--resume", failure.id.short_text()}));
}

TEST_F(BuildRunTest, ACommandWithoutPathGetsTheAdviceToSetIt) {
  Value value = parse_json(R"({"name": "x", "build": {"commands": [{"cmd": ["ls"]}]}})", "spec");
  const BuildFailure failure = place_.must_fail(BuildSpec::from_value(std::move(value)));
  EXPECT_EQ(failure.reason, "cannot run ls: PATH is empty");
  ASSERT_EQ(failure.advice.size(), 3u);
  EXPECT_NE(failure.advice[0].text.find(R"({"set": "PATH", "nohash_value": "/usr/bin:/bin"})"),
            std::string::npos);
}

TEST_F(BuildRunTest, AnUndefinedVariableIsAFailureThatLeavesLogAndDirectory) {
  Value value =
      parse_json(R"({"name": "x", "build": {"commands": [{"cmd": ["echo", "$NOPE"]}]}})", "spec");
  const BuildSpec spec = BuildSpec::from_value(std::move(value));
  const BuildFailure failure = place_.must_fail(spec);
  EXPECT_NE(failure.reason.find("NOPE is not set"), std::string::npos) << failure.reason;
  EXPECT_NE(failure.reason.find("build.commands[0].cmd[1]"), std::string::npos) << failure.reason;
  EXPECT_NE(read_file(failure.log_path).find("NOPE is not set"), std::string::npos);
  EXPECT_TRUE(fs::is_directory(failure.build_dir + "/work"));
}

TEST_F(BuildRunTest, AFailureIsShownAlsoWhenItsLogCannotBeKept) {
  write_file(place_.root() + "/in-the-way", "");
  place_.options.log_dir = place_.root() + "/in-the-way/logs";
  const BuildFailure failure = place_.must_fail(shell_spec("x", "echo error: it broke; exit 3"));
  EXPECT_EQ(failure.code, "build.command-failed");
  EXPECT_EQ(failure.reason, "exit status 3");
  EXPECT_EQ(failure.first_error.value().line, "error: it broke");
  EXPECT_NE(failure.log_error.find("in-the-way"), std::string::npos) << failure.log_error;
  EXPECT_EQ(failure.log_path, failure.build_dir + "/build.log"); // the one that is there
}

TEST_F(BuildRunTest, WhatIsMissingIsNamedImportsAndSources) {
  const std::string a = "a/" + std::string(32, 'a');
  const std::string key = "tar.gz:" + std::string(52, 'a');
  const BuildFailure failure =
      place_.must_fail(spec_of("x", {.script = "true",
                                     .imports = {{a, "A"}},
                                     .fields = R"(, "sources": [{"key": ")" + key + R"("}])"}));
  EXPECT_EQ(failure.code, "build.missing-import");
  EXPECT_EQ(failure.reason, "not built yet: " + a + "; not in the source store: " + key);
}

TEST_F(BuildRunTest, WhatIsMissingTwiceIsNamedOnce) {
  const std::string a = "a/" + std::string(32, 'a');
  const BuildFailure failure = place_.must_fail(spec_of(
      "x", {.script = "true", .imports = {{a, "A"}}, .fields = R"(, "run": [")" + a + R"("])"}));
  EXPECT_EQ(failure.reason, "not built yet: " + a);
}

TEST_F(BuildRunTest, MissingImportsAreAllNamed) {
  const std::string a = "a/" + std::string(32, 'a');
  const std::string b = "b/" + std::string(32, 'b');
  const BuildFailure failure =
      place_.must_fail(spec_of("x", {.script = "true", .imports = {{a, "A"}, {b, "B"}}}));
  EXPECT_EQ(failure.code, "build.missing-import");
  EXPECT_EQ(failure.reason, "not built yet: " + a + ", " + b);
  EXPECT_TRUE(is_empty("/builds"));
}

TEST_F(BuildRunTest, AMissingSourceIsNamed) {
  const std::string key = "tar.gz:" + std::string(52, 'a');
  const BuildFailure failure = place_.must_fail(
      spec_of("x", {.script = "true", .fields = R"(, "sources": [{"key": ")" + key + R"("}])"}));
  EXPECT_EQ(failure.code, "build.missing-source");
  EXPECT_NE(failure.reason.find(key), std::string::npos);
}

TEST_F(BuildRunTest, ABrokenSourcePublishesNothing) {
  const SourceItem item = place_.sources.put_pack(write_hitpack({{"a", "1"}}));
  fs::permissions(item.path, fs::perms::owner_write, fs::perm_options::add);
  std::string content = read_file(item.path);
  content.back() = '2';
  write_file(item.path, content);
  const BuildSpec spec = spec_of(
      "x", {.script = "true", .fields = R"(, "sources": [{"key": ")" + item.key.str() + R"("}])"});
  EXPECT_THROW(place_.build(spec), Error);
  EXPECT_TRUE(is_empty("/builds"));
  EXPECT_FALSE(fs::exists(tmp_.path() + "/store/x/" + spec.id().hash12()));
}

TEST_F(BuildRunTest, OnlyTheNewestFailedDirectoriesStay) {
  place_.options.keep_failed = 2;
  std::vector<std::string> kept;
  for (const char* name : {"a", "b", "c"})
    kept.push_back(place_.must_fail(shell_spec(name, "exit 1")).build_dir);
  EXPECT_FALSE(fs::exists(kept[0]));
  EXPECT_TRUE(fs::exists(kept[1]));
  EXPECT_TRUE(fs::exists(kept[2]));
}

TEST_F(BuildRunTest, NeverKeepsADirectoryWhenToldSo) {
  place_.options.keep = KeepBuild::never;
  const BuildFailure failure = place_.must_fail(shell_spec("x", "exit 1"));
  EXPECT_EQ(failure.build_dir, "");
  EXPECT_TRUE(is_empty("/builds"));
  EXPECT_TRUE(fs::exists(failure.log_path));
}

TEST_F(BuildRunTest, AlwaysKeepsADirectoryWhenToldSo) {
  place_.options.keep = KeepBuild::always;
  place_.must_build(shell_spec("x", "touch made"));
  ASSERT_FALSE(is_empty("/builds"));
  EXPECT_TRUE(fs::exists(fs::directory_iterator(tmp_.path() + "/builds")->path() / "work/made"));
}

TEST_F(BuildRunTest, AMissingSupervisorIsAnError) {
  place_.options.supervise = "/no/such/supervise";
  const std::string text = message_of([&] { place_.build(shell_spec("x", "true")); });
  EXPECT_NE(text.find("/no/such/supervise"), std::string::npos) << text;
}

// --- the artifact

TEST_F(BuildRunTest, ArtifactIsWriteProtectedWhateverTheUmask) {
  const Umask umask(077);
  const BuildSuccess built = place_.must_build(
      shell_spec("modes", "mkdir $ARTIFACT/d; echo > $ARTIFACT/d/f; echo > $ARTIFACT/x; chmod 4750 "
                          "$ARTIFACT/x; chmod 700 $ARTIFACT/d"));
  EXPECT_EQ(mode_of(built.path), 0755);
  EXPECT_EQ(mode_of(built.path + "/d"), 0755);
  EXPECT_EQ(mode_of(built.path + "/d/f"), 0444);
  EXPECT_EQ(mode_of(built.path + "/x"), 0555);
  EXPECT_EQ(mode_of(built.path + "/_hashdist"), 0755);
  for (const char* name : {"build.json", "log.zst", "files.zst"})
    EXPECT_EQ(mode_of(built.path + "/_hashdist/" + name), 0444) << name;
}

TEST_F(BuildRunTest, BuildDirectoryIsGoneAfterwards) {
  place_.must_build(shell_spec("x", "mkdir -p a/b; chmod 555 a"));
  EXPECT_TRUE(is_empty("/builds"));
}

TEST_F(BuildRunTest, JobMayMakeItsArtifactDirectoryAnewButNotALink) {
  EXPECT_EQ(
      read_file(
          place_
              .must_build(shell_spec(
                  "anew", "rm -r $ARTIFACT; mkdir -m 700 new; echo 1 > new/x; mv new $ARTIFACT"))
              .path +
          "/x"),
      "1\n");
  const BuildFailure link =
      place_.must_fail(shell_spec("link", "rm -r $ARTIFACT; ln -s /etc $ARTIFACT"));
  EXPECT_EQ(link.code, "build.bad-artifact");
  EXPECT_EQ(place_.must_fail(shell_spec("none", "rm -r $ARTIFACT")).code, "build.bad-artifact");
}

TEST_F(BuildRunTest, APipeInTheArtifactIsAFailure) {
  const BuildFailure failure = place_.must_fail(shell_spec("pipe", "mkfifo $ARTIFACT/p"));
  EXPECT_EQ(failure.code, "build.bad-artifact");
  EXPECT_NE(failure.reason.find("/p is no file"), std::string::npos) << failure.reason;
}

TEST_F(BuildRunTest, WhatAJobPutsIntoTheStoresOwnFolderIsReplaced) {
  const BuildSuccess built = place_.must_build(
      shell_spec("own", "mkdir $ARTIFACT/_hashdist; echo 1 > $ARTIFACT/_hashdist/x; "
                        "ln -s /etc/passwd $ARTIFACT/_hashdist/build.json"));
  EXPECT_FALSE(fs::exists(built.path + "/_hashdist/x"));
  EXPECT_FALSE(fs::is_symlink(built.path + "/_hashdist/build.json"));
  const BuildSuccess link =
      place_.must_build(shell_spec("ownlink", "ln -s /tmp $ARTIFACT/_hashdist"));
  EXPECT_FALSE(fs::is_symlink(link.path + "/_hashdist"));
}

TEST_F(BuildRunTest, ReferencesAreWhatIsFoundAndWhatIsDeclared) {
  const ArtifactId lib = place_.must_build(shell_spec("lib", "echo > $ARTIFACT/l")).record.id;
  const ArtifactId data = place_.must_build(shell_spec("data", "echo > $ARTIFACT/d")).record.id;
  const ArtifactId unused = place_.must_build(shell_spec("unused", "true")).record.id;
  const ArtifactId deep = place_
                              .must_build(spec_of("deep", {.script = "echo $LIB_DIR > $ARTIFACT/x",
                                                           .imports = {{lib.str(), "LIB"}}}))
                              .record.id;
  const BuildSuccess built = place_.must_build(
      spec_of("top", {.script = "cat $DEEP_DIR/x > $ARTIFACT/x; echo $ARTIFACT >> $ARTIFACT/x",
                      .imports = {{deep.str(), "DEEP"}, {unused.str(), "UNUSED"}},
                      .run = {data.str()}}));
  EXPECT_EQ(built.record.imports, (std::vector<ArtifactId>{deep, unused}));
  EXPECT_EQ(built.record.run, std::vector<ArtifactId>{data});
  EXPECT_EQ(built.record.references, (std::vector<ArtifactId>{data, lib}));
  place_.publisher.barrier();
  EXPECT_EQ(place_.store.find(built.record.id)->references, built.record.references);
}

TEST_F(BuildRunTest, RecordSaysWhatWasUsed) {
  const BuildSuccess built = place_.must_build(
      spec_of("used", {.script = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done",
                       .fields = R"(, "version": "1.2")"}));
  EXPECT_EQ(built.record.version, "1.2");
  EXPECT_GT(built.record.built_at_s, 1'600'000'000);
  EXPECT_GT(built.record.peak_memory_bytes, 0);
  EXPECT_FALSE(built.record.isolation.empty());
  EXPECT_EQ(built.record.file_count, 0);
}

TEST_F(BuildRunTest, ABadInstallFileIsAFailureWithItsLine) {
  const BuildFailure failure =
      place_.must_fail(shell_spec("x", "echo '{\"rules\": 3}' > $ARTIFACT/install.json"));
  EXPECT_EQ(failure.code, "build.bad-artifact");
  EXPECT_NE(failure.reason.find("install.json:1:11"), std::string::npos) << failure.reason;
}

} // namespace

} // namespace hdist
