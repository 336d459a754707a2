#include "source/git_owner.h"

#include "source/git_testing.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hdist {
namespace {

bool is_own(const std::string& path) {
  return look_at_repository(path).whose == LookedAtRepository::Whose::own;
}

TEST(GitOwner, ARepositoryIsOnesOwnWhenNobodyElseMayWriteToItOrItsConfiguration) {
  const TempDir temp;
  const std::string place = join_path(temp.path(), "r"), config = place + "/config";
  EXPECT_EQ(look_at_repository(place).whose, LookedAtRepository::Whose::absent);
  ASSERT_EQ(::mkdir(place.c_str(), 0755), 0);
  EXPECT_TRUE(is_own(place));
  write_file(config, "[core]\n");
  for (const mode_t mode : {0644U, 0600U}) {
    ASSERT_EQ(::chmod(config.c_str(), mode), 0);
    EXPECT_TRUE(is_own(place));
  }
  for (const mode_t mode : {0664U, 0646U}) {
    ASSERT_EQ(::chmod(config.c_str(), mode), 0);
    EXPECT_FALSE(is_own(place));
  }
  ASSERT_EQ(::chmod(config.c_str(), 0644), 0);
  ASSERT_EQ(::chmod(place.c_str(), 0775), 0);
  EXPECT_FALSE(is_own(place));
  ASSERT_EQ(::symlink("r", join_path(temp.path(), "link").c_str()), 0);
  EXPECT_FALSE(is_own(join_path(temp.path(), "link")));
}

TEST(GitOwner, OfARepositoryThatOthersMayWriteToOnlyTheObjectsCount) {
  GitLab lab;
  const std::string commit = lab.repository("a", "echo a >f");
  lab.fetch_path("a.git");
  const std::string repository = lab.store.git().holder(commit).value_or("");
  lab.sh("printf '[core]\\n\\tbare = nonsense\\n' >>" + repository + "/config; chmod g+w " +
         repository + "/config");
  EXPECT_EQ(lab.unpacked(commit), "f=a\n\n");
  EXPECT_EQ(
      code_of([&] {
        static_cast<void>(lab.store.git().program().remote(
            {.words = {"fetch"}, .directory = repository, .input = {}, .output = {}}, true, {}));
      }),
      "git.foreign-repository");
}

TEST(GitOwner, WhatIsPutInThePlaceOfOnesOwnAfterTheLookHasNoSay) {
  GitLab lab;
  const std::string commit = lab.repository("a", "echo a >f");
  lab.fetch_path("a.git");
  const std::string repository = lab.store.git().holder(commit).value_or("");
  const std::string evil = lab.path("evil"), moved = lab.path("moved"), ran = lab.path("ran");
  lab.sh("git init -q --bare evil; echo $PWD/a.git/objects >evil/objects/info/alternates; "
         "printf '[core]\\n\\talternateRefsCommand = \"touch " +
         ran +
         "; :\"\\n' >>evil/config; cd a.work; echo b >g; git add g; git commit -qm two; git " +
         "push -q ../a.git master");
  // Between the look of this process and that of git.
  write_file(lab.path("bin/git"), "#!/bin/sh\nmv " + repository + " " + moved + "\nmv " + evil +
                                      " " + repository + "\nexec /usr/bin/git \"$@\"\n");
  lab.sh("chmod +x bin/git");
  Env env = Env::current();
  env.set("PATH", lab.path("bin") + ":/usr/bin:/bin");
  const GitAnswer answer =
      GitProgram(env).remote({.words = {"fetch", "--quiet", "--no-write-fetch-head", "--",
                                        lab.path("a.git"), "+refs/heads/master:refs/hdist/new"},
                              .directory = repository,
                              .input = {},
                              .output = {}},
                             true, {});
  EXPECT_TRUE(answer.ok) << answer.complaint;
  EXPECT_FALSE(std::filesystem::exists(ran));
  EXPECT_TRUE(std::filesystem::exists(moved + "/refs/hdist/new"));
}

TEST(GitOwner, AnEmptyRepositoryIsOneForGitAndGoes) {
  const TempDir temp;
  std::string path;
  {
    const EmptyRepository empty(temp.path());
    path = empty.path();
    Command command;
    command.argv = {"git", "--git-dir=" + path, "rev-parse", "--git-dir"};
    command.env.set("PATH", "/usr/bin:/bin");
    EXPECT_EQ(trim(capture(command)), path);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(GitOwner, AnEmptyRepositoryOfOneWhoDiedIsRemoved) {
  const TempDir temp;
  const EmptyRepository living(temp.path());
  // What a process of this boot leaves that was killed.
  const pid_t child = ::fork();
  if (child == 0) {
    const EmptyRepository left(temp.path());
    ::_exit(0); // without the destructor
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(StoreLab::count(temp.path()), 2U);
  EmptyRepository::remove_dead(temp.path());
  EXPECT_EQ(StoreLab::count(temp.path()), 1U);
  EXPECT_TRUE(std::filesystem::exists(living.path()));
}

} // namespace
} // namespace hdist
