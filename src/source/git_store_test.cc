#include "source/git_store.h"

#include "source/git_testing.h"

#include <sys/stat.h>

namespace hdist {
namespace {

TEST(GitStore, OneRepositoryForEachRemoteAndOneRefForEachCommit) {
  GitLab lab;
  std::string a = lab.repository("a", "echo a >f"), b = lab.repository("b", "echo b >f");
  lab.fetch_path("a.git");
  lab.fetch_path("b.git");
  const GitStore& git = lab.store.git();
  EXPECT_NE(git.holder(a), git.holder(b));
  EXPECT_EQ(git.commits().size(), 2U);
  EXPECT_EQ(git.repository(*parse_git_address(lab.path("a.git"))), git.holder(a));
  EXPECT_EQ(git.holder(a), lab.path("store/git/" + sha256(lab.path("a.git")).base32()));
  EXPECT_FALSE(git.holder(std::string(40, 'c')));
}

TEST(GitStore, RefsThatSomebodyPackedCountToo) {
  GitLab lab;
  std::string commit = lab.repository("a", "echo a >f");
  lab.fetch_path("a.git");
  lab.sh("git -C " + lab.store.git().holder(commit).value_or("") + " pack-refs --all --prune");
  EXPECT_TRUE(lab.store.git().holder(commit));
  EXPECT_EQ(lab.store.git().commits(), std::vector<std::string>{commit});
  EXPECT_EQ(lab.unpacked(commit), "f=a\n\n");
  lab.store.git().forget(commit, {});
  EXPECT_FALSE(lab.store.git().holder(commit));
}

TEST(GitStore, WhatIsForgottenIsPrunedOnceItIsOld) {
  GitLab lab;
  std::string first = lab.repository("a", "head -c 100000 /dev/urandom >f");
  lab.fetch_path("a.git");
  std::string second = lab.repository("a", "git rm -q f; echo b >g; git commit -qm x; git reset -q "
                                           "--soft $(git commit-tree -m new HEAD^{tree})");
  lab.fetch_path("a.git");
  const GitStore& git = lab.store.git();
  git.forget(first, {});
  git.prune({});
  lab.sh("find store/git -type f -exec touch -d '3 days ago' {} +");
  git.prune({});
  lab.sh("find store/git -type f -exec touch -d '3 days ago' {} +");
  git.prune({});
  EXPECT_EQ(lab.unpacked(second), "g=b\n\n");
  EXPECT_EQ(lab.sh("git -C " + git.holder(second).value_or("") + " cat-file -e " + first +
                   " 2>/dev/null && echo there || echo gone"),
            "gone");
}

TEST(GitStore, ACollectionOfAnotherProcessIsLeftToIt) {
  GitLab lab;
  std::string commit = lab.repository("a", "echo a >f");
  lab.fetch_path("a.git");
  const GitStore& git = lab.store.git();
  std::string repository = git.holder(commit).value_or("");
  git.forget(commit, {});
  // git's own note of who collects: this process, which lives.
  lab.sh("printf '%s %s' " + std::to_string(::getpid()) + " \"$(uname -n)\" >" + repository +
         "/gc.pid");
  EXPECT_EQ(message_of([&] { git.prune({}); }), "(no error)");
  EXPECT_TRUE(std::filesystem::exists(repository + "/hdist-forgot"));
  std::filesystem::remove(repository + "/gc.pid");
  EXPECT_EQ(message_of([&] { git.prune({}); }), "(no error)");
}

} // namespace
} // namespace hdist
