#include "build/build_dir.h"

#include "base/lease.h"
#include "base/path.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

namespace hdist {

namespace {

namespace fs = std::filesystem;

ArtifactId some_id() {
  return *ArtifactId::parse("zlib/" + std::string(32, 'a'));
}

std::size_t count_in(const std::string& path) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(path), fs::directory_iterator()));
}

TEST(BuildDir, IsPrivateAndHasItsFolders) {
  TempDir tmp;
  const BuildDir dir(tmp.path() + "/new/builds", some_id(), "token");
  EXPECT_TRUE(dir.path().starts_with(tmp.path() + "/new/builds/zlib-aaaaaaaaaaaa-"));
  EXPECT_EQ(fs::status(dir.path()).permissions(), fs::perms::owner_all);
  for (const char* name : {"work", "home", "tmp", "jobtmp"})
    EXPECT_TRUE(fs::is_directory(dir.sub(name)));
}

TEST(BuildDir, GoesWithItsOwnerAlsoWhenWriteProtected) {
  TempDir tmp;
  {
    const BuildDir dir(tmp.path(), some_id(), "token");
    write_file(dir.sub("work/a/b"), "x");
    ASSERT_EQ(::chmod(dir.sub("work/a").c_str(), 0555), 0);
  }
  EXPECT_EQ(count_in(tmp.path()), 0u);
}

/// Somebody looked into it and was killed: what he changed there stays, whether it failed or not.
TEST(BuildDir, OneThatWasKeptIsNotRemovedWhenWhoLooksIntoItIsKilled) {
  using State = FoundBuildDir::State;
  for (const bool failed : {true, false}) {
    TempDir tmp;
    std::string name;
    {
      BuildDir dir(tmp.path(), some_id(), "token");
      dir.keep(failed);
      name = base_name(dir.path());
    }
    const pid_t child = fork();
    if (child == 0) {
      const std::unique_ptr<BuildDir> opened = BuildDir::reopen(tmp.path(), name, "token2");
      const bool is_running = state_of_build_dir(Dir::open(tmp.path()), name) == State::running;
      _exit(is_running && opened->path() == tmp.path() + "/" + name ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(state_of_build_dir(Dir::open(tmp.path()), name),
              failed ? State::failed : State::other);
    prune_build_dirs(tmp.path(), 1);
    EXPECT_TRUE(fs::exists(tmp.path() + "/" + name));
    EXPECT_EQ(BuildDir::reopen(tmp.path(), name, "token3")->path(), tmp.path() + "/" + name);
  }
}

TEST(BuildDir, OnlyTheNewestFailedOnesAreKept) {
  TempDir tmp;
  std::vector<std::string> paths;
  for (int i = 0; i < 4; ++i) {
    BuildDir dir(tmp.path(), some_id(), "token");
    dir.keep(true);
    paths.push_back(dir.path());
    const struct timespec times[2] = {{1000 + i, 0}, {1000 + i, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, dir.sub(".build-failed").c_str(), times, 0), 0);
  }
  prune_build_dirs(tmp.path(), 2);
  EXPECT_FALSE(fs::exists(paths[0]));
  EXPECT_FALSE(fs::exists(paths[1]));
  EXPECT_TRUE(fs::exists(paths[2]));
  EXPECT_TRUE(fs::exists(paths[3]));
}

TEST(BuildDir, RunningKeptAndForeignOnesStay) {
  TempDir tmp;
  const BuildDir running(tmp.path(), some_id(), "token");
  BuildDir kept(tmp.path(), some_id(), "token");
  kept.keep(false);
  write_file(tmp.path() + "/somebody-elses/.build-failed", "");
  prune_build_dirs(tmp.path(), 0);
  EXPECT_TRUE(fs::exists(running.path()));
  EXPECT_TRUE(fs::exists(kept.path()));
  EXPECT_TRUE(fs::exists(tmp.path() + "/somebody-elses"));
}

TEST(BuildDir, OfARunThatDiedIsPruned) {
  TempDir tmp;
  const std::string left = tmp.path() + "/zlib-aaaaaaaaaaaa-bbbbbbbb";
  LeaseHolder holder = LeaseHolder::self("token-of-nobody");
  holder.start_time += 1; // another process that had this number
  write_file(left + "/.build-owner", holder.text());
  prune_build_dirs(tmp.path(), 3);
  EXPECT_FALSE(fs::exists(left));
}

TEST(BuildDir, PruningAMissingFolderDoesNothing) {
  prune_build_dirs("/no/such/folder", 3);
}

} // namespace

} // namespace hdist
