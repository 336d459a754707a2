#include "base/text.h"
#include "data/json.h"
#include "model/build_spec.h"
#include "store/artifact_store.h"
#include "store/claims.h"
#include "store/condemned.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class ReplaceTest : public testing::Test {
protected:
  ReplaceTest() { build_and_publish(store_, id_); }

  /// Builds once more beside it, and does `instead` with the result.
  void again(ArtifactStore::Instead instead) {
    Attempt attempt = std::get<Attempt>(store_.claim_beside(id_, std::move(instead)));
    ArtifactRecord record = build(store_, attempt);
    store_.prepare(attempt, record);
    EXPECT_TRUE(store_.publish(std::move(attempt), record));
  }
  void replace() {
    again([this](const Attempt& attempt, const ArtifactRecord& record) {
      store_.replace(attempt, record);
      return true;
    });
  }
  std::string file(const std::string& name) const { return store_.path() + "/tool/" + name; }
  static std::string claim_of(const Attempt& attempt) {
    return ClaimName{.hash32 = attempt.id().hash32(), .number = attempt.number()}.str();
  }
  /// The same of a process that has ended, with a token that none has.
  static std::string dead_claim(const std::string& claim) {
    std::string text;
    for (const std::string& line : split(read_file(claim), '\n')) {
      if (line.starts_with("pid "))
        text += "pid 4194300\n";
      else if (line.starts_with("token "))
        text += "token " + std::string(26, 'z') + "\n";
      else if (!line.empty())
        text += line + "\n";
    }
    return text;
  }

  TempDir tmp_;
  ArtifactStore store_ = ArtifactStore::open(tmp_.path() + "/store", test_options());
  ArtifactId id_ = test_id("tool");
};

TEST_F(ReplaceTest, WhatIsOnlyLookedAtGoesAgain) {
  const std::string before = names_in(store_, "tool");
  std::string seen;
  again([&](const Attempt& attempt, const ArtifactRecord& record) {
    seen = record.directory;
    EXPECT_TRUE(fs::exists(attempt.path() + "/bin/tool"));
    return false;
  });
  EXPECT_EQ(seen, "aaaaaaaaaaaa.2");
  EXPECT_EQ(names_in(store_, "tool"), before);
}

TEST_F(ReplaceTest, TheNewTreeIsTheArtifactAndTheOldPathLeadsThere) {
  replace();
  EXPECT_EQ(store_.find(id_)->directory, "aaaaaaaaaaaa.2");
  EXPECT_EQ(fs::read_symlink(file("aaaaaaaaaaaa")), "aaaaaaaaaaaa.2");
  EXPECT_EQ(damage_of(store_), "");
  EXPECT_EQ(names_in(store_, "tool"), "aaaaaaaaaaaa aaaaaaaaaaaa.2 " + record_name(id_));
}

TEST_F(ReplaceTest, EachFormerPathLeadsToTheNewest) {
  replace();
  replace();
  EXPECT_EQ(store_.find(id_)->directory, "aaaaaaaaaaaa.3");
  for (const char* former : {"aaaaaaaaaaaa", "aaaaaaaaaaaa.2"})
    EXPECT_EQ(fs::canonical(file(former)), fs::canonical(file("aaaaaaaaaaaa.3")));
}

TEST_F(ReplaceTest, AHolderOfTheRightToBuildIsNotPushedAside) {
  Attempt other = std::get<Attempt>(store_.claim_beside(id_, {}));
  EXPECT_TRUE(std::holds_alternative<Busy>(store_.claim_beside(id_, {})));
}

/// A spec, and its artifact: what is found by its content needs a real one.
class FormerTreeTest : public ReplaceTest {
protected:
  FormerTreeTest() {
    id_ = BuildSpec::read(read_json("spec", kSpec)).id();
    build_and_publish(store_, id_);
  }
  /// As if a kill had come before the two changed places: a tree has the former name.
  void undo_exchange(const std::string& directory) {
    fs::remove(file(directory));
    finished_tree(directory);
  }
  void finished_tree(const std::string& directory) {
    fs::create_directories(file(directory + "/_hashdist"));
    write_file(file(directory + "/_hashdist/build.json"), kSpec);
  }
  std::string name(int number) const { return attempt_directory(id_, number); }
  std::vector<std::string> former() { return store_.replaced_trees(*store_.find(id_)); }

  static constexpr const char* kSpec =
      R"({"name": "tool", "build": {"commands": [{"cmd": ["true"]}]}})";
};

TEST_F(FormerTreeTest, WhatAKillLeftBetweenTheTwoStepsIsFoundAndFinished) {
  replace();
  undo_exchange(name(1));
  EXPECT_EQ(former(), std::vector<std::string>{name(1)});
  EXPECT_FALSE(store_.finish_replacement(id_));
  EXPECT_EQ(fs::read_symlink(file(name(1))), name(2));
  EXPECT_TRUE(former().empty());
}

TEST_F(FormerTreeTest, OfTwoReplacementsTheLaterFinishesTheEarlier) {
  replace();
  undo_exchange(name(1));
  replace();
  for (int number : {1, 2})
    EXPECT_EQ(fs::read_symlink(file(name(number))), name(3));
}

TEST_F(FormerTreeTest, WhatIsOfAnotherArtifactIsLeftAlone) {
  replace();
  fs::create_directories(file(name(7) + "/_hashdist"));
  write_file(file(name(7) + "/_hashdist/build.json"), "{}");
  EXPECT_TRUE(former().empty());
  EXPECT_FALSE(store_.finish_replacement(id_));
  EXPECT_FALSE(fs::is_symlink(file(name(7))));
}

TEST_F(FormerTreeTest, AKeptTreeThatWasOnlyComparedIsNone) {
  replace();
  again([this](const Attempt& attempt, const ArtifactRecord&) {
    finished_tree(attempt.directory());
    store_.keep_compared(attempt);
    return true;
  });
  EXPECT_TRUE(former().empty());
  replace();
  EXPECT_FALSE(fs::is_symlink(file(name(3))));
}

TEST_F(FormerTreeTest, ATreeThatSomebodyLooksIntoIsNone) {
  replace();
  std::optional<Attempt> scratch = store_.claim_scratch(id_, 5);
  ASSERT_TRUE(scratch);
  finished_tree(name(5));
  EXPECT_TRUE(former().empty());
}

TEST_F(FormerTreeTest, NothingIsFinishedWhileAnotherProcessBuilds) {
  replace();
  undo_exchange(name(1));
  Attempt other = std::get<Attempt>(store_.claim_beside(id_, {}));
  EXPECT_TRUE(store_.finish_replacement(id_));
  EXPECT_FALSE(fs::is_symlink(file(name(1))));
}

TEST_F(ReplaceTest, EachFormerPathIsOneLinkFromTheArtifact) {
  for (int i = 0; i < 3; ++i)
    replace();
  for (const char* former : {"aaaaaaaaaaaa", "aaaaaaaaaaaa.2", "aaaaaaaaaaaa.3"})
    EXPECT_EQ(fs::read_symlink(file(former)), "aaaaaaaaaaaa.4");
}

TEST_F(ReplaceTest, WhatAKilledOneLeftGoesWithTheNext) {
  std::string left;
  {
    Attempt killed = std::get<Attempt>(store_.claim_beside(id_, {}));
    left = file(killed.directory());
    write_file(left + "/half", "");
    fs::copy_file(file(claim_of(killed)), tmp_.path() + "/claim");
  }
  fs::create_directories(left);
  write_file(file("aaaaaaaaaaaa.2/half"), "");
  write_file(file(std::string(32, 'a') + ".claim.2"), dead_claim(tmp_.path() + "/claim"));
  replace();
  EXPECT_FALSE(fs::exists(left));
  EXPECT_EQ(names_in(store_, "tool"), "aaaaaaaaaaaa aaaaaaaaaaaa.3 " + record_name(id_));
}

} // namespace
} // namespace hdist
