#include "store/gc_records.h"

#include "base/error.h"
#include "store/condemned.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

TEST(GcRecords, NamesWithAHashAreTakenApart) {
  std::string hash(32, 'a');
  EXPECT_EQ(parse_hashed_name(hash + ".json")->end, ".json");
  EXPECT_EQ(parse_hashed_name(hash + ".claim.3")->hash32, hash);
  for (const std::string& other : {hash, hash + "json", std::string(12, 'a'), "A" + hash + ".json",
                                   std::string(32, '1') + ".json", std::string()})
    EXPECT_FALSE(parse_hashed_name(other)) << other;
}

class GcRecordsTest : public testing::Test {
protected:
  std::map<ArtifactId, GcRecord> list() {
    GcStore view{.dir = dir_,
                 .real_path = path_,
                 .options = options_,
                 .judge = judge_,
                 .trusts = [](uid_t uid) { return uid == geteuid(); },
                 .sync_all = {}};
    return list_records(view);
  }
  TempDir tmp_;
  std::string path_ = tmp_.path() + "/store";
  StoreOptions options_ = test_options();
  ArtifactStore store_ = ArtifactStore::open(path_, options_);
  Dir dir_ = Dir::open(path_);
  ClaimJudge judge_{options_.lease};
  ArtifactId id_ = test_id("lua");
};

TEST_F(GcRecordsTest, BothNamesOfARecordAreFound) {
  build_and_publish(store_, id_);
  build_and_publish(store_, test_id("zlib"));
  write_file(path_ + "/lua/notes.json", "");
  write_file(path_ + "/.hidden/" + record_name(id_), "");
  ASSERT_TRUE(move_record(dir_.open_dir("lua"), record_name(id_), condemned_name(id_)));
  std::map<ArtifactId, GcRecord> records = list();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_TRUE(records.at(id_).condemned);
  EXPECT_FALSE(records.at(test_id("zlib")).condemned);
  EXPECT_GT(records.at(id_).last_use_s, 0);
  EXPECT_EQ(read_any_record(dir_.open_dir("lua"), id_)->id, id_);
}

TEST_F(GcRecordsTest, OfTwoNamesTheLivingOneCounts) {
  build_and_publish(store_, id_);
  fs::copy(path_ + "/lua/" + record_name(id_), path_ + "/lua/" + condemned_name(id_));
  EXPECT_FALSE(list().at(id_).condemned);
}

TEST_F(GcRecordsTest, RecordsOfStrangersAndWhatIsNoFileArePassedOver) {
  fs::create_directories(path_ + "/lua/" + record_name(id_));
  EXPECT_TRUE(list().empty());
  if (geteuid() != 0) return;
  build_and_publish(store_, test_id("zlib"));
  ASSERT_EQ(chown((path_ + "/zlib/" + record_name(id_)).c_str(), 4242, 4242), 0);
  EXPECT_TRUE(list().empty());
}

TEST_F(GcRecordsTest, ARecordOfAnotherArtifactIsDamage) {
  build_and_publish(store_, id_);
  fs::rename(path_ + "/lua", path_ + "/moon");
  EXPECT_THROW(read_any_record(dir_.open_dir("moon"), test_id("moon")), Error);
  EXPECT_FALSE(read_any_record(dir_.open_dir("moon"), test_id("moon", 'b')));
}

} // namespace
} // namespace hdist
