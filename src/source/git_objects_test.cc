#include "source/git_objects.h"

#include "source/git_testing.h"

namespace hdist {
namespace {

TEST(GitObjects, AreReadInOrderAndComparedWithTheirNames) {
  GitLab lab;
  lab.repository("a", "printf one >one; : >none; head -c 300000 /dev/zero >big");
  GitProgram git(Env::current());
  auto name = [&](const std::string& file) {
    return lab.sh("git -C a.git rev-parse master:" + file);
  };
  std::vector<std::string> objects = load_git_objects(
      git, lab.path("a.git"), {name("one"), name("big"), name("none"), name("one")}, "blob", {});
  EXPECT_EQ(objects, (std::vector<std::string>{"one", std::string(300000, '\0'), "", "one"}));
  EXPECT_TRUE(load_git_objects(git, lab.path("a.git"), {}, "blob", {}).empty());
  EXPECT_EQ(code_of([&] {
              load_git_objects(git, lab.path("a.git"), {std::string(40, 'a')}, "blob", {});
            }),
            "source.corrupt");
  EXPECT_EQ(code_of([&] { load_git_objects(git, lab.path("a.git"), {name("one")}, "tree", {}); }),
            "source.corrupt");
}

TEST(GitObjects, AGitThatWasKilledOrHadNoMemorySaysNothingOfThem) {
  GitLab lab;
  lab.repository("a", "echo x >f");
  const std::string name = lab.sh("git -C a.git rev-parse master:f");
  const auto code = [&](const std::string& script) {
    write_file(lab.path("bin/git"), "#!/bin/sh\n" + script + "\n");
    lab.sh("chmod +x bin/git");
    Env env = Env::current();
    env.set("PATH", lab.path("bin") + ":/usr/bin:/bin");
    return code_of(
        [&] { load_git_objects(GitProgram(env), lab.path("a.git"), {name}, "blob", {}); });
  };
  EXPECT_EQ(code("kill -9 $$"), "git.failed");
  for (const char* complaint : {"mmap failed: Cannot allocate memory",
                                "Out of memory, malloc failed (tried to allocate 70 bytes)",
                                "unable to open objects/pack: Permission denied",
                                "cannot create thread: Resource temporarily unavailable"})
    EXPECT_EQ(code("echo 'fatal: " + std::string(complaint) + "' >&2; exit 128"), "git.failed")
        << complaint;
  EXPECT_EQ(code("echo 'error: inflate: data stream error' >&2; exit 128"), "source.corrupt");
  EXPECT_EQ(code("exec /usr/bin/git \"$@\""), "(no error)");
}

TEST(GitObjects, ACommitNamesItsTree) {
  std::string tree(40, 'a');
  EXPECT_EQ(parse_git_commit("tree " + tree + "\nauthor x", "c"), tree);
  for (const char* text : {"", "tree", "tree x", "parent aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    EXPECT_EQ(code_of([&] { static_cast<void>(parse_git_commit(text, "c")); }), "source.corrupt");
}

} // namespace
} // namespace hdist
