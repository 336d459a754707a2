#include "source/git_testing.h"

namespace hdist {
namespace {

std::string entry(const std::string& mode, const std::string& name, char byte = 'x') {
  return mode + " " + name + std::string(1, '\0') + std::string(20, byte);
}

TEST(GitTree, IsReadFromItsBytes) {
  std::vector<GitTreeEntry> entries =
      parse_git_tree(entry("100644", "a") + entry("100755", "b") + entry("120000", "c") +
                         entry("40000", "d") + entry("160000", "e") + entry("100664", "f"),
                     "git:x");
  std::string text;
  for (const GitTreeEntry& one : entries)
    text += one.name + std::to_string(static_cast<int>(one.kind));
  EXPECT_EQ(text, "a0b1c2d3e4f0");
  EXPECT_EQ(entries[0].object, "7878787878787878787878787878787878787878");
}

TEST(GitTree, HostileNamesAreRefused) {
  for (const char* name : {"", ".", "..", "a/b", "../x", "/etc", ".git", ".GIT"})
    EXPECT_EQ(code_of([&] { parse_git_tree(entry("100644", name), "git:x"); }),
              "source.unsafe-path")
        << name;
  EXPECT_EQ(code_of([] { parse_git_tree(entry("120000", "a") + entry("40000", "a"), "git:x"); }),
            "source.unsafe-path");
  for (const std::string& bytes :
       {std::string("nonsense"), entry("100644", "a").substr(0, 20), entry("060000", "device")})
    EXPECT_EQ(code_of([&] { parse_git_tree(bytes, "git:x"); }), "source.corrupt");
}

TEST(GitTree, SubmodulesThatCouldNotBeReadAreNotNone) {
  GitLab lab;
  const std::string commit = lab.repository("a", "echo x >f");
  write_file(lab.path("bin/git"), "#!/bin/sh\nkill -9 $$\n");
  lab.sh("chmod +x bin/git");
  Env env = Env::current();
  env.set("PATH", lab.path("bin"));
  EXPECT_EQ(code_of([&] { git_submodules(GitProgram(env), lab.path("a.git"), commit, {}); }),
            "git.failed");
}

} // namespace
} // namespace hdist
