#include "source/git_mend.h"

#include "source/git_testing.h"

namespace hdist {
namespace {

namespace fs = std::filesystem;

class MendLab : public GitLab {
public:
  MendLab() {
    first = repository("a", "echo one >f");
    fetch_path("a.git");
    second = sh("cd a.work; echo two >g; git add -A; git commit -qm two; git push -q ../a.git "
                "master; git rev-parse HEAD");
    fetch_path("a.git");
  }
  SourceItem item(const std::string& commit) const {
    return store.find_any(*SourceKey::parse("git:" + commit)).value();
  }
  /// Of the file that both commits have, unless it is named.
  void damage(const std::string& file = "f") const {
    const std::string name = sh("git -C a.git rev-parse master:" + file);
    const std::string path =
        item(first).path + "/objects/" + name.substr(0, 2) + "/" + name.substr(2);
    fs::permissions(path, fs::perms::owner_all);
    write_file(path, "no object");
  }
  void mend(const std::string& commit) {
    store.mend(item(commit), [&] {
      if (!fetch_path("a.git", "git:" + commit).item) throw Error(ErrorKind::failed, "none", "");
    });
  }
  std::string code_of_verifying(const std::string& commit) const {
    return code_of([&] { store.verify(item(commit)); });
  }
  std::string first, second; // commits
};

TEST(GitMend, ADamagedCommitComesAnewAndTheOthersStayWhereTheyAre) {
  MendLab lab;
  lab.damage();
  EXPECT_EQ(lab.code_of_verifying(lab.second), "source.corrupt");
  lab.mend(lab.second);
  EXPECT_EQ(lab.code_of_verifying(lab.second), "(no error)");
  EXPECT_EQ(lab.code_of_verifying(lab.first), "source.corrupt");
  lab.mend(lab.first);
  EXPECT_EQ(lab.code_of_verifying(lab.first), "(no error)");
  EXPECT_EQ(lab.unpacked(lab.second), "f=one\n\ng=two\n\n");
  EXPECT_TRUE(lab.store.git().damaged().empty());
}

TEST(GitMend, WhatCannotBeFetchedIsAnItemAsBefore) {
  MendLab lab;
  lab.damage("g");
  fs::rename(lab.path("a.git"), lab.path("elsewhere.git"));
  EXPECT_EQ(code_of([&] { lab.mend(lab.second); }), "none");
  EXPECT_EQ(lab.item(lab.second).state, SourceState::whole);
  EXPECT_EQ(lab.code_of_verifying(lab.second), "source.corrupt");
  EXPECT_EQ(lab.code_of_verifying(lab.first), "(no error)");
  EXPECT_TRUE(lab.store.git().damaged().empty());
}

TEST(GitMend, WhatAProcessThatDiedHadBegunIsListedAsDamagedAndCanBeMended) {
  MendLab lab;
  const GitStore& git = lab.store.git();
  git.note_damage(git.set_aside(lab.item(lab.second).path), lab.second, {});
  EXPECT_FALSE(lab.store.find(*SourceKey::parse("git:" + lab.second)));
  EXPECT_EQ(lab.store.list().size(), 1U);
  EXPECT_EQ(lab.store.list_all().size(), 2U);
  EXPECT_EQ(lab.item(lab.second).state, SourceState::damaged);
  // It was whole after all.
  EXPECT_EQ(lab.code_of_verifying(lab.second), "(no error)");
  EXPECT_EQ(lab.item(lab.second).state, SourceState::whole);
  git.note_damage(lab.item(lab.second).path, lab.second, {});
  lab.mend(lab.second);
  EXPECT_EQ(lab.item(lab.second).state, SourceState::whole);
  git.note_damage(lab.item(lab.second).path, lab.second, {});
  EXPECT_TRUE(lab.store.remove(lab.item(lab.second), [](const SourceItem&) { return true; }));
  EXPECT_EQ(lab.store.list_all().size(), 1U);
}

TEST(GitMend, AFetchOfWhatSharesDamageWithEarlierCommitsGetsItAnew) {
  MendLab lab;
  lab.damage();
  const std::string third = lab.sh("cd a.work; echo 3 >h; git add -A; git commit -qm three; git "
                                   "push -q ../a.git master; git rev-parse HEAD");
  const AttemptResult result = lab.fetch_path("a.git");
  ASSERT_TRUE(result.item) << result.reason;
  EXPECT_EQ(lab.code_of_verifying(third), "(no error)");
  EXPECT_EQ(lab.store.list().size(), 3U);
}

} // namespace
} // namespace hdist
