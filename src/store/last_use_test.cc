#include "store/last_use.h"

#include "store/condemned.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>

namespace hdist {
namespace {

class LastUse : public testing::Test {
protected:
  int64_t mtime(const std::string& path) const {
    struct stat status {};
    return ::stat((tmp_.path() + "/" + path).c_str(), &status) == 0 ? status.st_mtim.tv_sec : -1;
  }
  void make_old(const std::string& path) const {
    const struct timespec times[2] = {{0, UTIME_OMIT}, {1000, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (tmp_.path() + "/" + path).c_str(), times, 0), 0);
  }
  std::map<ArtifactId, int64_t> uses() const {
    std::vector<std::string> problems;
    std::vector<UserFolder> folders = user_folders(store_.open_dir("roots"), problems);
    return folders.empty() ? std::map<ArtifactId, int64_t>{} : noted_uses(folders[0]);
  }
  TempDir tmp_;
  Dir store_ = Dir::open(tmp_.path());
  ArtifactId id_ = test_id("lua");
  std::string record_ = "lua/" + record_name(id_);
};

TEST_F(LastUse, ItIsTheTimeOfTheRecord) {
  write_file(tmp_.path() + "/" + record_, "");
  make_old(record_);
  EXPECT_TRUE(note_use(store_, id_, {}));
  EXPECT_GE(mtime(record_), std::time(nullptr) - 60);
  EXPECT_FALSE(store_.exists("roots"));
}

TEST_F(LastUse, NoRecordNoUse) {
  EXPECT_FALSE(note_use(store_, id_, {}));
  store_.make_dir("lua");
  EXPECT_FALSE(note_use(store_, id_, {}));
}

TEST_F(LastUse, OfOthersRecordsItIsAFileAmongOnesOwnRoots) {
  if (geteuid() != 0) GTEST_SKIP() << "needs another user";
  write_file(tmp_.path() + "/" + record_, "");
  make_old(record_);
  store_.make_dir("roots", 01777);
  ::chmod(tmp_.path().c_str(), 0755); // NOLINT: the test directory itself is private
  pid_t child = fork();
  if (child == 0) {
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(2);
    _exit(note_use(store_, id_, {}) && note_use(store_, id_, {}) ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(mtime(record_), 1000);
  ASSERT_EQ(uses().size(), 1u);
  EXPECT_GE(uses().at(id_), std::time(nullptr) - 60);
}

TEST_F(LastUse, OnlyStampsOfTheFoldersUserCountAndOldOnesGo) {
  std::string used = "roots/" + std::to_string(geteuid()) + "/used/";
  std::string hash(32, 'a');
  write_file(tmp_.path() + "/" + used + "lua." + hash, "");
  write_file(tmp_.path() + "/" + used + "not-a-stamp", "");
  make_old(used + "lua." + hash);
  EXPECT_EQ(uses(), (std::map<ArtifactId, int64_t>{{id_, 1000}}));
  std::vector<std::string> problems;
  UserFolder folder = std::move(user_folders(store_.open_dir("roots"), problems)[0]);
  remove_old_uses(folder, 1000);
  EXPECT_EQ(uses().size(), 1u);
  folder.uid = 4242; // neither theirs
  EXPECT_TRUE(noted_uses(folder).empty());
  folder.uid = geteuid();
  remove_old_uses(folder, 1001);
  EXPECT_TRUE(uses().empty());
}

} // namespace
} // namespace hdist
