#include "store/claims.h"

#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace hdist {
namespace {

const std::string kHash(32, 'a');

TEST(Claims, NamesAreReadBackAndNothingElseIs) {
  EXPECT_EQ((ClaimName{.hash32 = kHash, .number = 12}.str()), kHash + ".claim.12");
  EXPECT_EQ(ClaimName::parse(kHash + ".claim.12")->number, 12);
  for (const char* end : {"", ".claim", ".claim.", ".claim.0", ".claim.01", ".claim.-1", ".claim.x",
                          ".claim.1000000000", ".json", "a.claim.1"})
    EXPECT_FALSE(ClaimName::parse(kHash + end)) << end;
  EXPECT_FALSE(ClaimName::parse(std::string(32, 'A') + ".claim.1"));
}

TEST(Claims, AScratchHasANameOfItsOwn) {
  const std::string file = kHash + ".scratch.3";
  ASSERT_TRUE(ClaimName::parse(file));
  EXPECT_EQ(ClaimName::parse(file)->kind, ClaimName::Kind::scratch);
  EXPECT_EQ(ClaimName::parse(file)->str(), file);
}

TEST(Claims, AttemptsHaveNumberedDirectories) {
  ArtifactId id = test_id("zlib");
  EXPECT_EQ(attempt_directory(id, 1), "aaaaaaaaaaaa");
  EXPECT_EQ(attempt_directory(id, 2), "aaaaaaaaaaaa.2");
  EXPECT_EQ(attempt_number("aaaaaaaaaaaa", "aaaaaaaaaaaa"), 1);
  EXPECT_EQ(attempt_number("aaaaaaaaaaaa.30", "aaaaaaaaaaaa"), 30);
  for (const char* other : {"aaaaaaaaaaab", "aaaaaaaaaaaa.", "aaaaaaaaaaaa.x", "aaaaaaaaaaaaa"})
    EXPECT_FALSE(attempt_number(other, "aaaaaaaaaaaa")) << other;
}

TEST(Claims, TheClaimTextIsTheGoldenFile) {
  LeaseHolder holder{.boot_id = "3f0c2a52-6f0e-4f6e-9d5e-1f6f0c5b7a11",
                     .pid_namespace = 4026531836,
                     .pid = 4711,
                     .start_time = 123456,
                     .token = "abcdefghijklmnopqrstuvwxyz234567",
                     .host = "node17"};
  EXPECT_EQ(holder.text(), read_file(std::string(HDIST_GOLDEN_DIR) + "/store/claim"));
}

TEST(Claims, LookingAroundCountsClaimsAndDirectoriesOfTheSameTwelveCharacters) {
  TempDir tmp;
  std::string other = std::string(12, 'a') + std::string(20, 'b');
  for (const std::string& name :
       {kHash + ".claim.3", kHash + ".claim.2", kHash + ".json", std::string("x")})
    write_file(tmp.path() + "/" + name, "");
  Dir dir = Dir::open(tmp.path());
  Neighbours found = look_around(dir, test_id("zlib"));
  EXPECT_EQ(found.claims, (std::vector<int>{2, 3}));
  EXPECT_EQ(found.highest, 3);
  write_file(tmp.path() + "/" + kHash + ".scratch.4", "");
  EXPECT_EQ(look_around(dir, test_id("zlib")).highest, 4);
  EXPECT_FALSE(found.shared_hash);

  dir.make_dir("aaaaaaaaaaaa.5");
  write_file(tmp.path() + "/" + other + ".claim.9", "");
  found = look_around(dir, test_id("zlib"));
  EXPECT_EQ(found.claims, (std::vector<int>{2, 3}));
  EXPECT_EQ(found.highest, 9);
  EXPECT_TRUE(found.shared_hash);
}

TEST(Claims, AKilledHolderIsProvenDead) {
  TempDir tmp;
  Dir dir = Dir::open(tmp.path());
  pid_t child = fork();
  if (child == 0) {
    std::optional<Lease> lease = Lease::try_take(dir, "c");
    _exit(lease ? 0 : 1); // as if killed: nothing is released
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  ClaimJudge judge({});
  Judgement judged = judge.judge(dir, "c");
  EXPECT_TRUE(judged.there);
  EXPECT_EQ(judged.liveness, Liveness::dead);
  EXPECT_TRUE(judged.proven_dead);
  remove_claim(dir, "c", "another token");
  EXPECT_TRUE(dir.exists("c"));
  remove_claim(dir, "c", judged.holder->token);
  EXPECT_FALSE(dir.exists("c"));
  EXPECT_FALSE(judge.judge(dir, "c").there);
}

TEST(Claims, ASilentHolderElsewhereIsDeadButNotProven) {
  TempDir tmp;
  Dir dir = Dir::open(tmp.path());
  LeaseHolder holder = LeaseHolder::self("token");
  holder.boot_id = "another-boot";
  write_file(tmp.path() + "/c", holder.text());
  ClaimJudge judge(
      {.heartbeat = std::chrono::milliseconds(1), .dead_after = std::chrono::milliseconds(1)});
  EXPECT_TRUE(judge.judge(dir, "c").there);
  usleep(5000);
  Judgement judged = judge.judge(dir, "c");
  EXPECT_EQ(judged.liveness, Liveness::dead);
  EXPECT_FALSE(judged.proven_dead);
}

TEST(Claims, AClaimOfThisProcessIsAlive) {
  TempDir tmp;
  Dir dir = Dir::open(tmp.path());
  std::optional<Lease> lease = Lease::try_take(dir, "c");
  ASSERT_TRUE(lease);
  EXPECT_EQ(ClaimJudge({}).judge(dir, "c").liveness, Liveness::alive);
}

} // namespace
} // namespace hdist
