#include "source/dir_stamp.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <thread>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class DirStampTest : public testing::Test {
protected:
  DirStampTest() {
    write_file(tree() + "/a/b", "content");
    write_file(tree() + "/c", "more");
    fs::create_symlink("c", tree() + "/link");
    Dir::create(store());
  }
  std::string tree() const { return tmp_.path() + "/tree"; }
  std::string store() const { return tmp_.path() + "/store"; }
  Digest digest() const { return stamp_of(Dir::open(tree()), {}).digest; }
  DirStamp settled() const { return {.digest = digest(), .is_settled = true}; }
  std::optional<SourceKey> known() const {
    return key_of_stamp(Dir::open(store()), tree(), settled());
  }
  void note() const { note_stamp(Dir::open(store()), tree(), settled(), kKey); }

  const SourceKey kKey = SourceKey::make(SourceType::dir, sha256("x"));
  TempDir tmp_;
};

TEST_F(DirStampTest, IsTheSameWhileNothingChangesAndOtherAfterAnyChange) {
  Digest before = digest();
  EXPECT_EQ(digest(), before);
  (void)read_file(tree() + "/c");
  EXPECT_EQ(digest(), before);
  const std::function<void()> changes[] = {
      [&] { write_file(tree() + "/a/b", "CONTENT"); },
      [&] { write_file(tree() + "/new", ""); },
      [&] { fs::remove(tree() + "/new"); },
      [&] { fs::rename(tree() + "/c", tree() + "/d"); },
      [&] { chmod((tree() + "/d").c_str(), 0755); },
      [&] {
        fs::remove(tree() + "/link");
        fs::create_symlink("d", tree() + "/link");
      },
      [&] { // the time of the content is set back; that of the change cannot be
        const auto time = fs::last_write_time(tree() + "/a/b");
        write_file(tree() + "/a/b", "Content");
        fs::last_write_time(tree() + "/a/b", time);
      }};
  for (const auto& change : changes) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20)); // more than a tick of the clock
    change();
    Digest after = digest();
    EXPECT_NE(after, before) << &change - changes;
    before = after;
  }
}

TEST_F(DirStampTest, WhatChangedAMomentAgoSaysNothing) {
  const DirStamp stamp = stamp_of(Dir::open(tree()), {});
  EXPECT_FALSE(stamp.is_settled);
  note_stamp(Dir::open(store()), tree(), stamp, kKey);
  EXPECT_FALSE(fs::exists(store() + "/stamps"));
  note();
  EXPECT_FALSE(key_of_stamp(Dir::open(store()), tree(), stamp));
}

TEST_F(DirStampTest, IsRememberedForEachDirectory) {
  EXPECT_FALSE(known());
  note();
  EXPECT_EQ(known(), kKey);
  EXPECT_FALSE(key_of_stamp(Dir::open(store()), tree() + "/a", settled()));
  write_file(tree() + "/c", "other");
  EXPECT_FALSE(known());
}

TEST_F(DirStampTest, WhatOthersCouldHaveWrittenOrIsDamagedIsNotTaken) {
  note();
  const std::string file = fs::directory_iterator(store() + "/stamps")->path();
  chmod(file.c_str(), 0664);
  EXPECT_FALSE(known());
  chmod(file.c_str(), 0644);
  EXPECT_TRUE(known());
  for (const char* text : {"", " ", "x y", "a b c"}) {
    write_file(file, text);
    EXPECT_FALSE(known()) << text;
  }
}

TEST_F(DirStampTest, AStoreThatCannotBeWrittenIsNoProblem) {
  write_file(store() + "/stamps", "in the way");
  note();
  EXPECT_FALSE(known());
}

} // namespace
} // namespace hdist
