#include "source/git_address.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

/// "remote ref host", "local remote ref", or "none".
std::string shown(const std::optional<GitAddress>& address) {
  if (!address) return "none";
  return (address->is_local ? "local " : "") + address->remote + " " + address->ref +
         (address->is_local ? "" : " " + address->host);
}
std::string parsed(const std::string& text) {
  return shown(parse_git_address(text));
}

TEST(GitAddress, IsToldByItsSchemeOrItsEnd) {
  EXPECT_EQ(parsed("git://h/repo.git"), "git://h/repo.git  h");
  EXPECT_EQ(parsed("git://H:99/repo/"), "git://H:99/repo  h");
  EXPECT_EQ(parsed("ssh://u@h/~/x"), "ssh://u@h/~/x  h");
  EXPECT_EQ(parsed("https://h/x.git"), "https://h/x.git  h");
  EXPECT_EQ(parsed("git+https://h/x"), "https://h/x  h");
  EXPECT_EQ(parsed("git+file:///a%20b"), "local /a b ");
  EXPECT_EQ(parsed("/x/repo.git/"), "local /x/repo.git ");
  EXPECT_EQ(parsed("file:///x/repo.git"), "local /x/repo.git ");
  EXPECT_EQ(parsed("git@h:x/y"), "git@h:x/y  h");
  EXPECT_EQ(parsed("h:y.git"), "h:y.git  h");
}

TEST(GitAddress, ARefFollowsItsMark) {
  EXPECT_EQ(parsed("https://h/x.git#v1.2"), "https://h/x.git v1.2 h");
  EXPECT_EQ(parsed("/x/repo.git#feature/one"), "local /x/repo.git feature/one");
  EXPECT_EQ(parsed("git+https://h/x#main"), "https://h/x main h");
  EXPECT_EQ(parsed("https://h/x.git#--upload-pack=evil"), "none");
}

TEST(GitAddress, OtherAddressesAreNotOfGit) {
  for (const char* text :
       {"", "https://h/x.tar.gz", "https://h/x.tar.gz#y", "/x/dir", "dir", "a:b", "git:x",
        "deb-src:x/y.git", "ftp://h/x.git", "file://other/x.git", "https:///x.git"})
    EXPECT_EQ(parsed(text), "none") << text;
}

TEST(GitAddress, NothingThatRunsAProgramIsGivenToGit) {
  for (const char* text :
       {"ext::sh -c x.git", "ext::x.git", "git+ext::sh", "git+--upload-pack=x", "fd::17/x.git",
        "-oProxyCommand=x:y.git", "git@-oProxyCommand=x:y", "ssh://-oProxyCommand=x/y",
        "git+ext::/bin/sh", "user name@h:x.git", "git+ftp://h/x"})
    EXPECT_EQ(parsed(text), "none") << text;
}

TEST(GitAddress, ASubmoduleMayBeRelativeToItsParent) {
  auto below = [](const std::string& parent, const std::string& text) {
    return shown(parse_submodule_address(text, *parse_git_address(parent)));
  };
  EXPECT_EQ(below("https://h/a/b.git", "../c.git"), "https://h/a/c.git  h");
  EXPECT_EQ(below("https://h/a/b.git", "./c"), "https://h/a/b.git/c  h");
  EXPECT_EQ(below("git@h:a.git", "../c.git"), "git@h:c.git  h");
  EXPECT_EQ(below("/x/a.git", "../c"), "local /x/c ");
  EXPECT_EQ(below("https://h/a.git", "git://other/c"), "git://other/c  other");
}

TEST(GitAddress, ASubmoduleCannotLeadToThisMachineOrToAProgram) {
  auto below = [](const std::string& parent, const std::string& text) {
    return shown(parse_submodule_address(text, *parse_git_address(parent)));
  };
  for (const char* text : {"/etc", "file:///etc", "ext::sh -c x", "--upload-pack=x", "-x",
                           "../../../other/c.git", "../../../../../../etc", "", "c"})
    EXPECT_EQ(below("https://h/a.git", text), "none") << text;
  EXPECT_EQ(below("/x/a.git", "c"), "none");
  EXPECT_EQ(below("/x/a.git", "/y/c"), "local /y/c ");
  EXPECT_EQ(below("/x/a.git", "-x"), "none");
}

TEST(GitAddress, ANameOfABranchMayHaveMarksAndAPathToo) {
  EXPECT_EQ(parsed("/x/r.git#feature/#12"), "local /x/r.git feature/#12");
  EXPECT_EQ(parsed("https://h/x.git#a&b"), "https://h/x.git a&b h");
  EXPECT_EQ(parsed("/ha#sh/r.git"), "local /ha#sh/r.git ");
  EXPECT_EQ(parsed("/ha#sh/r.git#main"), "local /ha#sh/r.git main");
  EXPECT_EQ(parsed("https://h/a#b.git"), "none");
  for (const char* text : {"feature/#12", "\u00fcn\u00ef", "q'uote", "a&b", "fix(1)", "x$(id)"})
    EXPECT_TRUE(is_git_ref(text)) << text;
  for (const char* text :
       {"a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", "a b", "@", "a.lock/b", "\xff"})
    EXPECT_FALSE(is_git_ref(text)) << text;
}

TEST(GitAddress, RefsAreNamesAndNeverOptions) {
  for (const char* text : {"master", "v1.0", "feature/x", "refs/heads/a", "HEAD", "release-2_b+c"})
    EXPECT_TRUE(is_git_ref(text)) << text;
  for (const char* text : {"", "-x", "--upload-pack=x", "a..b", "a b", "/a", "a/", "a:b", "a~1",
                           "a^", "x.lock", ".a", "a//b", "a@{1}", "*", "a\nb"})
    EXPECT_FALSE(is_git_ref(text)) << text;
  EXPECT_TRUE(is_full_commit(std::string(40, 'a')));
  EXPECT_FALSE(is_full_commit(std::string(40, 'A')));
  EXPECT_FALSE(is_full_commit(std::string(39, 'a')));
}

} // namespace
} // namespace hdist
