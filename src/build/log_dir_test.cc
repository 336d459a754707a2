#include "build/log_dir.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hdist {
namespace {

class LogDirTest : public ::testing::Test {
protected:
  std::string log(const std::string& name, int64_t age_s) {
    std::string path = tmp_.path() + "/" + name;
    write_file(path, "x");
    timespec time{.tv_sec = std::time(nullptr) - age_s, .tv_nsec = 0};
    timespec times[2] = {time, time};
    utimensat(AT_FDCWD, path.c_str(), times, 0);
    return path;
  }
  static bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }
  TempDir tmp_;
};

TEST_F(LogDirTest, OldLogsGoAndAllElseStays) {
  std::string old = log("lua-aaaaaaaaaaaa.log", 2000);
  std::string fresh = log("zlib-aaaaaaaaaaaa.log", 500);
  std::string other = log("notes.txt", 2000);
  prune_logs(tmp_.path(), 1000);
  EXPECT_FALSE(exists(old));
  EXPECT_TRUE(exists(fresh));
  EXPECT_TRUE(exists(other));
}

TEST_F(LogDirTest, ForEverIsForEver) {
  std::string old = log("lua-aaaaaaaaaaaa.log", 2000);
  prune_logs(tmp_.path(), -1);
  EXPECT_TRUE(exists(old));
}

TEST_F(LogDirTest, AFolderThatIsNotThereIsNothing) {
  prune_logs(tmp_.path() + "/none", 1000);
  prune_logs("", 1000);
}

} // namespace
} // namespace hdist
