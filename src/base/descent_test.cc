#include "base/descent.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

constexpr int kDepth = 100; // more than what stays open

class DescentTest : public ::testing::Test {
protected:
  DescentTest() {
    Dir inner = root_.duplicate();
    for (int i = 0; i < kDepth; ++i)
      inner = inner.make_dir("d");
  }
  static void go_down(Descent& descent) {
    for (int i = 0; i < kDepth; ++i)
      descent.down(descent.here().open_dir("d"));
  }
  static std::string path_of_depth(int depth) {
    std::string path = "d";
    for (int i = 1; i < depth; ++i)
      path += "/d";
    return path;
  }

  TempDir tmp_;
  Dir top_ = Dir::open(tmp_.path());
  Dir root_ = top_.make_dir("root");
};

TEST_F(DescentTest, GoesDownAndUpThroughTheSameDirectories) {
  Descent descent(root_);
  std::vector<std::string> paths{descent.here().path()};
  for (int i = 0; i < kDepth; ++i) {
    descent.down(descent.here().open_dir("d"));
    paths.push_back(descent.here().path());
  }
  for (; descent.depth() > 0; descent.up()) {
    EXPECT_EQ(descent.here().path(), paths[descent.depth()]);
    EXPECT_EQ(descent.here().stat(".")->st_ino,
              root_.stat(path_of_depth(static_cast<int>(descent.depth())))->st_ino);
  }
  EXPECT_EQ(descent.here().path(), root_.path());
}

TEST_F(DescentTest, DoesNotGoUpToWhereADirectoryWasMoved) {
  Descent descent(root_);
  go_down(descent);
  root_.rename(path_of_depth(10), "moved");
  const std::string message = message_of([&] {
    while (descent.depth() > 0)
      descent.up();
  });
  EXPECT_EQ(message,
            root_.path() + "/" + path_of_depth(10) + " was moved to another directory meanwhile");
}

TEST_F(DescentTest, GoingUpFromWhatWasRemovedEndsOneWayOrTheOther) {
  Descent descent(root_);
  go_down(descent);
  root_.remove_tree("d");
  try {
    while (descent.depth() > 0)
      descent.up(); // file systems differ in what they remember of it
    EXPECT_EQ(descent.here().path(), root_.path());
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "system.ENOENT");
  }
}

} // namespace
} // namespace hdist
