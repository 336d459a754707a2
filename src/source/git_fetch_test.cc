#include "source/git_testing.h"

namespace hdist {
namespace {

TEST(GitFetch, ABranchGivesItsCommitAndIsLookedAtAgain) {
  GitLab lab;
  std::string first = lab.repository("a", "echo one >file");
  AttemptResult result = lab.fetch_path("a.git#master");
  ASSERT_TRUE(result.item) << result.reason;
  EXPECT_EQ(result.item->key.str(), "git:" + first);
  EXPECT_EQ(result.item->size_bytes, 4);
  EXPECT_EQ(result.item->addresses.at(0).url, lab.path("a.git#master"));
  std::string second = lab.repository("a", "echo two >file");
  EXPECT_EQ(lab.fetch_path("a.git").item->key.str(), "git:" + second);
  EXPECT_EQ(lab.unpacked(first), "file=one\n\n");
  EXPECT_EQ(lab.unpacked(second), "file=two\n\n");
}

TEST(GitFetch, TagsBranchesAndCommitsAreRefs) {
  GitLab lab;
  std::string first = lab.repository("a", "echo one >file");
  std::string second = lab.repository("a", "git tag -am note v1; echo two >file");
  EXPECT_EQ(lab.fetch_path("a.git#v1").item->key.str(), "git:" + first);
  EXPECT_EQ(lab.fetch_path("a.git#refs/heads/master").item->key.str(), "git:" + second);
  EXPECT_EQ(lab.fetch_path("a.git#" + first).item->key.str(), "git:" + first);
  EXPECT_EQ(lab.fetch_path("a.git#absent").reason,
            "there is no branch and no tag called absent; there are master, v1");
  EXPECT_EQ(lab.fetch_path("a.git#mastre").reason,
            "there is no branch and no tag called mastre; is 'master' meant?");
  EXPECT_EQ(lab.fetch_path("a.git#refs/tags/v2").reason,
            "there is no branch and no tag called refs/tags/v2; is 'refs/tags/v1' meant?");
  EXPECT_TRUE(lab.fetch_path("a.git#absent").no_such_ref);
  lab.sh("git -C a.git branch v1 master");
  EXPECT_FALSE(lab.fetch_path("a.git#v1").no_such_ref);
  EXPECT_EQ(lab.fetch_path("a.git#v1").reason,
            "v1 is a branch and a tag there; expected refs/heads/v1 or refs/tags/v1");
}

TEST(GitFetch, ATagThatHasMovedIsReportedOnce) {
  GitLab lab;
  const std::string first = lab.repository("a", "git commit -qm zero --allow-empty; git tag v1");
  lab.fetch_path("a.git#v1");
  lab.fetch_path("a.git#v1");
  EXPECT_TRUE(lab.events.messages().empty());
  const std::string second =
      lab.sh("cd a.work; echo two >file; git add -A; git commit -qm two; git "
             "tag -f v1 >/dev/null; git push -qf --tags ../a.git; git rev-parse v1");
  EXPECT_EQ(lab.fetch_path("a.git#v1").item->key.str(), "git:" + second);
  lab.fetch_path("a.git#v1");
  ASSERT_EQ(lab.events.messages().size(), 1U);
  EXPECT_NE(lab.events.messages()[0].text.find("a.git#v1 has moved: it gave git:"),
            std::string::npos);
  EXPECT_NE(lab.events.messages()[0].text.find(" and gives git:" + second + " now; both are kept"),
            std::string::npos);
}

TEST(GitFetch, AnExpectedCommitIsFoundWhereverItIsInTheHistory) {
  GitLab lab;
  std::string first = lab.repository("a", "echo one >file");
  lab.repository("a", "echo two >file");
  lab.sh("git -C a.git config uploadpack.allowAnySHA1InWant false");
  EXPECT_EQ(lab.fetch_path("a.git", "git:" + first).item->key.str(), "git:" + first);
  AttemptResult other = lab.fetch_path("a.git", "git:" + std::string(40, 'b'));
  EXPECT_NE(other.reason.find(std::string(40, 'b')), std::string::npos) << other.reason;
  EXPECT_FALSE(lab.store.find(*SourceKey::parse("git:" + std::string(40, 'b'))));
  EXPECT_EQ(lab.fetch_path("a.git", "sha256:" + std::string(64, 'a')).reason,
            "it gives commits, expected sha256:" + std::string(64, 'a'));
}

TEST(GitFetch, ACommitThatIsThereNeedsNoRepository) {
  GitLab lab;
  std::string commit = lab.repository("a", "echo one >file");
  lab.fetch_path("a.git");
  lab.sh("rm -r a.git; mkdir a.git");
  EXPECT_EQ(lab.fetch_path("a.git", "git:" + commit).item->key.str(), "git:" + commit);
  EXPECT_NE(lab.fetch_path("a.git").reason.find("does not appear to be a git repository"),
            std::string::npos);
  lab.sh("rm -r a.git");
  EXPECT_EQ(lab.fetch_path("a.git").reason, "there is no such file or directory");
}

TEST(GitFetch, NothingButWhatIsKeptIsLeft) {
  GitLab lab;
  std::string commit = lab.repository("a", "echo one >file");
  lab.fetch_path("a.git");
  std::string repository = lab.store.git().holder(commit).value_or("");
  EXPECT_EQ(lab.sh("git -C " + repository + " for-each-ref --format='%(refname)'"),
            kKeptRefs + commit);
  EXPECT_EQ(lab.store.git().commits(), std::vector<std::string>{commit});
}

TEST(GitFetch, SubmodulesComeWithTheirParent) {
  GitLab lab;
  std::string inner = lab.repository("inner", "echo inner >file");
  lab.repository("sub", "echo sub >file; git -c protocol.file.allow=always submodule -q add "
                        "../inner.git deep/in");
  std::string commit =
      lab.repository("a", "echo a >file; git -c protocol.file.allow=always submodule -q add " +
                              lab.path("sub.git") + " lib");
  ASSERT_EQ(lab.fetch_path("a.git").item->key.str(), "git:" + commit);
  EXPECT_TRUE(lab.store.find(*SourceKey::parse("git:" + inner)));
  std::string tree = lab.unpacked(commit);
  EXPECT_NE(tree.find("file=a\n"), std::string::npos);
  EXPECT_NE(tree.find("lib/file=sub\n"), std::string::npos);
  EXPECT_NE(tree.find("lib/deep/in/file=inner\n"), std::string::npos);
}

TEST(GitFetch, ASubmoduleWithAnAddressThatRunsOrReadsSomethingIsRefused) {
  for (const char* url : {"ext::sh -c 'touch pwned'", "--upload-pack=touch pwned", "x"}) {
    GitLab lab;
    std::string inner = lab.repository("inner", "echo inner >file");
    lab.repository("a", "git update-index --add --cacheinfo 160000," + inner +
                            ",lib; mkdir lib; git config -f .gitmodules submodule.lib.path lib; "
                            "git config -f .gitmodules submodule.lib.url \"" +
                            std::string(url) +
                            "\"; git add .gitmodules; git commit -qm one; git reset -q --hard");
    AttemptResult result = lab.fetch_path("a.git");
    EXPECT_FALSE(result.item) << url;
    EXPECT_NE(result.reason.find("its submodule lib has the address"), std::string::npos)
        << result.reason;
    EXPECT_TRUE(lab.store.git().commits().empty());
    EXPECT_EQ(lab.sh("find . -name pwned"), "");
  }
}

TEST(GitFetch, TheCallersRepositoryAndItsHooksHaveNoSay) {
  GitLab lab;
  std::string commit = lab.repository("a", "echo one >file");
  lab.repository("mine", "echo mine >file");
  lab.sh("printf '#!/bin/sh\\ntouch " + lab.path("pwned") +
         "\\n' >hook; chmod +x hook; mkdir -p mine.git/hooks; for h in post-update "
         "reference-transaction post-checkout; do cp hook mine.git/hooks/$h; cp hook "
         "a.git/hooks/$h 2>/dev/null || { mkdir -p a.git/hooks; cp hook a.git/hooks/$h; }; done");
  setenv("GIT_DIR", lab.path("mine.git").c_str(), 1);
  GitLab other;
  GitFetcher fetcher(other.store, other.downloader, other.events);
  AttemptResult result =
      fetcher.get(*parse_git_address(lab.path("a.git")), {{}, "", ""}, Patience::little, Lane());
  unsetenv("GIT_DIR");
  ASSERT_TRUE(result.item) << result.reason;
  EXPECT_EQ(result.item->key.str(), "git:" + commit);
  EXPECT_FALSE(std::filesystem::exists(lab.path("pwned")));
}

TEST(GitFetch, ADeadHostIsNotAskedByGitEither) {
  GitLab lab;
  lab.http.fail("http://dead/x.git/info/refs?service=git-upload-pack",
                {.reason = HttpFailure::Reason::unreachable, .dead_host = "dead", .text = "no"});
  AttemptResult result = lab.fetch("http://dead/x.git");
  EXPECT_EQ(result.reason, "no");
  EXPECT_TRUE(result.network);
  lab.dead_hosts.mark_dead("gone");
  EXPECT_EQ(lab.fetch("git://gone/x.git").reason.substr(0, 23), "gone was not reachable ");
}

} // namespace
} // namespace hdist
