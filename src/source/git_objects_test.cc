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

TEST(GitObjects, ACommitNamesItsTree) {
  std::string tree(40, 'a');
  EXPECT_EQ(parse_git_commit("tree " + tree + "\nauthor x", "c"), tree);
  for (const char* text : {"", "tree", "tree x", "parent aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    EXPECT_EQ(code_of([&] { static_cast<void>(parse_git_commit(text, "c")); }), "source.corrupt");
}

} // namespace
} // namespace hdist
