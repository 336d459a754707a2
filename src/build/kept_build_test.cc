#include "build/kept_build.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace hdist {
namespace {

class KeptBuilds : public testing::Test {
protected:
  KeptBuilds() { dir_.make_dir("work"); }
  std::string work(const std::string& name) const { return tmp_.path() + "/work/" + name; }
  TempDir tmp_;
  Dir dir_ = Dir::open(tmp_.path());
};

TEST_F(KeptBuilds, ProgressIsReadBackWhateverWasCaptured) {
  KeptProgress progress{.attempt = 3, .installed = true, .done = {}};
  progress.done.captured = {"", "text", "\xff\n"};
  progress.write(dir_);
  const std::optional<KeptProgress> read = KeptProgress::read(dir_);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->attempt, 3);
  EXPECT_TRUE(read->installed);
  EXPECT_EQ(read->done.captured, progress.done.captured);
}

TEST_F(KeptBuilds, ADamagedProgressIsAnError) {
  for (const char* text : {"{", "[]", R"({"version": 2})", R"({"version": 1, "attempt": 0})",
                           R"({"version": 1, "done": ["?"]})"}) {
    write_file(tmp_.path() + "/progress.json", text);
    EXPECT_THROW(static_cast<void>(KeptProgress::read(dir_)), Error) << text;
  }
}

TEST_F(KeptBuilds, WhatChangedSinceIsFound) {
  for (const char* name : {"same", "changed", "gone", "a\nb"})
    write_file(work(name), "1");
  note_tree(dir_);
  EXPECT_TRUE(changed_files(dir_).empty());
  write_file(work("changed"), "2");
  write_file(work("new"), "1");
  dir_.open_dir("work").remove_file("gone");
  EXPECT_EQ(changed_files(dir_), (std::set<std::string>{"changed", "gone", "new"}));
}

TEST_F(KeptBuilds, WhatAPersonChangedStaysWhatABuildChangesDoesNot) {
  write_file(work("mine"), "1");
  write_file(work("made"), "1");
  note_tree(dir_);
  write_file(work("mine"), "2");
  const std::set<std::string> mine = changed_files(dir_);
  write_file(work("made"), "2"); // by the build that goes on
  note_tree(dir_, mine);
  EXPECT_EQ(changed_files(dir_), std::set<std::string>{"mine"});
}

TEST_F(KeptBuilds, WhatIsInstalledIsPutAsideAndBroughtBack) {
  const std::string path = tmp_.path() + "/store/a";
  Dir::create(path);
  EXPECT_FALSE(put_installed_aside(dir_, path));
  Dir::create(path).make_dir("d").write_file("f", "1");
  EXPECT_TRUE(put_installed_aside(dir_, path));
  EXPECT_EQ(read_file(tmp_.path() + "/artifact/d/f"), "1");
  Dir::create(path);
  bring_installed(dir_, path);
  EXPECT_EQ(read_file(path + "/d/f"), "1");
}

/// The temporary directory is often on another file system than the store.
TEST_F(KeptBuilds, ACopyLeavesTheOldOneUntilTheNewOneIsWhole) {
  char other[] = "/dev/shm/hdist-test-XXXXXX";
  if (::mkdtemp(other) == nullptr) GTEST_SKIP() << "no other file system";
  const std::string path = std::string(other) + "/a";
  Dir::create(path).write_file("f", "1");
  EXPECT_TRUE(put_installed_aside(dir_, path));
  Dir::open(other).remove_tree("a"); // as its attempt does
  Dir::create(path);
  bring_installed(dir_, path);
  EXPECT_EQ(read_file(path + "/f"), "1");
  EXPECT_EQ(read_file(tmp_.path() + "/artifact.brought/f"), "1"); // whatever happens to the copy
  write_file(path + "/g", "2");                                   // by one who is killed then
  bring_installed(dir_, path);
  EXPECT_EQ(read_file(path + "/g"), "2");
  Dir::open(other).remove_tree("a"); // or it is collected
  Dir::create(path);
  bring_installed(dir_, path);
  EXPECT_EQ(read_file(path + "/f"), "1");
  Dir::open("/dev/shm").remove_tree(std::string(other).substr(9));
}

TEST_F(KeptBuilds, WhatAKillLeftBetweenTwoStepsIsFound) {
  const std::string path = tmp_.path() + "/store/a";
  Dir::create(path);
  dir_.make_dir("artifact.new").write_file("f", "1");
  bring_installed(dir_, path);
  EXPECT_EQ(read_file(path + "/f"), "1");
}

} // namespace
} // namespace hdist
