#include "store/publisher.h"

#include "base/error.h"
#include "store/claims.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

namespace hdist {
namespace {

class PublisherTest : public testing::Test {
protected:
  ArtifactStore open(bool durable = true) {
    StoreOptions options = test_options();
    options.durable = durable;
    return ArtifactStore::open(tmp_.path() + "/store", options);
  }
  TempDir tmp_;
};

std::string code_of(Publisher& publisher) {
  try {
    publisher.barrier();
  } catch (const Error& e) {
    return e.code();
  }
  return "(no error)";
}

void submit(ArtifactStore& store, Publisher& publisher, const ArtifactId& id,
            const std::vector<ArtifactId>& imports = {}) {
  Attempt attempt = must_claim(store, id);
  ArtifactRecord record = build(store, attempt, imports);
  publisher.submit(std::move(attempt), std::move(record));
}

/// Makes the publication of an artifact fail: something that is no record has its name.
void spoil(const ArtifactStore& store, const ArtifactId& id) {
  Dir::open(store.path()).make_dirs(id.name()).make_dir(id.hash32() + ".json");
}

TEST_F(PublisherTest, NothingSubmittedIsNothingToWaitFor) {
  ArtifactStore store = open();
  Publisher publisher(store);
  EXPECT_EQ(code_of(publisher), "(no error)");
}

TEST_F(PublisherTest, AChainIsPublishedInTheOrderOfItsNeeds) {
  ArtifactStore store = open();
  std::vector<ArtifactId> chain;
  {
    Publisher publisher(store);
    for (int i = 0; i < 12; ++i) {
      ArtifactId id = test_id("p" + std::to_string(i));
      std::vector<ArtifactId> imports;
      if (!chain.empty()) imports = {chain.back()};
      submit(store, publisher, id, imports);
      EXPECT_EQ(publisher.pending(id)->id, id);
      chain.push_back(id);
    }
    EXPECT_EQ(code_of(publisher), "(no error)");
    EXPECT_TRUE(publisher.pending(chain[0])); // still known
  }
  EXPECT_EQ(store.list().size(), chain.size());
  EXPECT_EQ(damage_of(store), "");
  timespec before{};
  for (const ArtifactId& id : chain) {
    struct stat status {};
    ASSERT_EQ(stat((store.path() + "/" + id.str() + ".json").c_str(), &status), 0);
    EXPECT_GE(std::pair(status.st_ctim.tv_sec, status.st_ctim.tv_nsec),
              std::pair(before.tv_sec, before.tv_nsec));
    before = status.st_ctim;
  }
}

TEST_F(PublisherTest, TheEndPublishesWhatWasSubmitted) {
  ArtifactStore store = open();
  { // without a barrier
    Publisher publisher(store);
    submit(store, publisher, test_id("a"));
    submit(store, publisher, test_id("b"), {test_id("a")});
  }
  EXPECT_EQ(store.list().size(), 2u);
}

TEST_F(PublisherTest, WhatNeedsAFailedPublicationIsThrownAway) {
  ArtifactStore store = open();
  Publisher publisher(store);
  {
    Attempt bad = must_claim(store, test_id("bad"));
    ArtifactRecord record = build(store, bad);
    spoil(store, bad.id());
    publisher.submit(std::move(bad), record);
  }
  submit(store, publisher, test_id("on-bad"), {test_id("bad")});
  submit(store, publisher, test_id("on-on-bad"), {test_id("on-bad")});
  submit(store, publisher, test_id("free"));
  EXPECT_NE(code_of(publisher), "(no error)");
  EXPECT_NE(code_of(publisher), "store.broken-import"); // the first error is the cause
  EXPECT_FALSE(publisher.pending(test_id("on-bad")));
  EXPECT_EQ(names_in(store, "on-bad"), "");
  EXPECT_EQ(names_in(store, "on-on-bad"), "");
  EXPECT_TRUE(store.find(test_id("free")));
}

TEST_F(PublisherTest, WhatWasBuiltOnALosingAttemptIsThrownAway) {
  ArtifactStore store = open();
  Publisher publisher(store);
  ArtifactId id = test_id("zlib");
  Attempt slow = must_claim(store, id);
  ArtifactRecord record = build(store, slow);
  Attempt dependent = must_claim(store, test_id("lua"));
  ArtifactRecord dependent_record = build(store, dependent, {id}); // at the path of the slow one
  Dir::open(store.path()).remove_file("zlib/" + id.hash32() + ".claim.1"); // as if taken for dead
  build_and_publish(store, id);
  publisher.submit(std::move(slow), record);
  publisher.barrier();
  EXPECT_EQ(publisher.pending(id)->directory, id.hash12() + ".2");
  publisher.submit(std::move(dependent), dependent_record);
  EXPECT_EQ(code_of(publisher), "store.broken-import");
  EXPECT_FALSE(store.find(test_id("lua")));
  submit(store, publisher, test_id("later"), {id});     // this one knew better
  EXPECT_EQ(code_of(publisher), "store.broken-import"); // still the first error
  EXPECT_TRUE(store.find(test_id("later")));
}

/// One life: publishes a layered graph, until it is done or killed. Finds what earlier lives
/// published.
void live(const std::string& path) {
  StoreOptions options = test_options();
  options.durable = true;
  ArtifactStore store = ArtifactStore::open(path, options);
  Publisher publisher(store);
  for (int i = 0; i < 60; ++i) {
    ArtifactId id = test_id("n" + std::to_string(i));
    std::vector<ArtifactId> imports;
    if (i >= 3)
      imports = {test_id("n" + std::to_string(i - 1)), test_id("n" + std::to_string(i - 3))};
    Claimed claimed = store.claim(id);
    if (std::holds_alternative<ArtifactRecord>(claimed)) continue;
    Attempt attempt = std::get<Attempt>(std::move(claimed));
    ArtifactRecord record = build(store, attempt, imports);
    publisher.submit(std::move(attempt), std::move(record));
  }
  publisher.barrier();
}

TEST_F(PublisherTest, AKillAtAnyMomentLeavesOnlyWholeArtifactsAndTheNextLifeGoesOn) {
  std::mt19937 random(7);
  std::string path = tmp_.path() + "/store";
  int killed = 0;
  for (int round = 0; round < 60; ++round) {
    pid_t child = fork();
    if (child == 0) {
      try {
        live(path);
      } catch (const std::exception& e) {
        fprintf(stderr, "child: %s\n", e.what());
        _exit(1);
      }
      _exit(0);
    }
    usleep(random() % 30'000);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    killed += WIFSIGNALED(status) ? 1 : 0;
    ASSERT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    ASSERT_EQ(damage_of(open()), "") << round;
    if (!WIFSIGNALED(status)) Dir::open(tmp_.path()).remove_tree("store"); // begin anew
  }
  EXPECT_GT(killed, 5);
  live(path);
  ArtifactStore store = open();
  EXPECT_EQ(store.list().size(), 60u);
  EXPECT_EQ(damage_of(store), "");
  // What is left of the dead: nothing but the artifact, a link to it, and what gc removes by its
  // name: unfinished files, and the claim of one who was killed when he had just published.
  for (const ArtifactId& id : store.list()) {
    std::size_t others = 0;
    for (const Entry& entry : Dir::open(store.path()).open_dir(id.name()).list())
      others += entry.name.starts_with(".tmp-") || ClaimName::parse(entry.name) ? 0 : 1;
    EXPECT_LE(others, 3u) << names_in(store, id.name());
  }
}

} // namespace
} // namespace hdist
