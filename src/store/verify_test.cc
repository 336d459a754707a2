#include "store/verify.h"

#include "data/compress.h"
#include "store/test_artifacts.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class VerifyTest : public testing::Test {
protected:
  VerifyTest() {
    Attempt attempt = must_claim(store_, id_);
    Dir root = Dir::open(attempt.path());
    root.make_symlink("bin/tool", "link");
    record_ = build(store_, attempt);
    Dir own = root.make_dir("_hashdist");
    own.write_file("files.zst", zstd_compress(scan_in(store_, record_).lines), {.mode = 0444});
    EXPECT_TRUE(store_.publish(std::move(attempt), record_));
    path_ = store_.path_of(record_);
  }
  /// Each as "what path"; of the spec, which these artifacts lack, nothing.
  std::string found(bool quick = false) const {
    std::string text;
    for (const Damage& one : result(quick).damage)
      if (one.kind != Damage::Kind::spec)
        text += (text.empty() ? "" : ", ") + std::string(damage_text(one.kind)) + " " + one.path;
    return text;
  }
  VerifyResult result(bool quick) const {
    return verify_artifact(Dir::open(path_), record_, {.quick = quick});
  }
  void overwrite(const std::string& name, const std::string& text) const {
    const std::string file = path_ + "/" + name;
    fs::permissions(file, fs::perms::owner_all);
    write_file(file, text);
    fs::permissions(file, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  }

  TempDir tmp_;
  ArtifactStore store_ = ArtifactStore::open(tmp_.path() + "/store", test_options());
  ArtifactId id_ = test_id("tool");
  ArtifactRecord record_{.id = id_};
  std::string path_;
};

TEST_F(VerifyTest, WhatIsAsItWasMadeIsWhole) {
  EXPECT_EQ(found(), "");
  EXPECT_EQ(result(false).file_count, 5); // with directories and links
  EXPECT_GT(result(false).read_bytes, 5000);
  EXPECT_EQ(result(true).read_bytes, 0);
}

TEST_F(VerifyTest, AChangedByteIsSeenByReadingOnly) {
  overwrite("lib/data", std::string(4999, 'x') + "y");
  EXPECT_EQ(found(), "content lib/data");
  EXPECT_EQ(found(true), "");
}

TEST_F(VerifyTest, EverythingElseIsSeenQuicklyAndAllAtOnce) {
  fs::permissions(path_ + "/bin/tool", fs::perms::owner_all);
  overwrite("lib/data", "short");
  fs::remove(path_ + "/link");
  fs::create_symlink("elsewhere", path_ + "/link");
  write_file(path_ + "/lib/new", "x");
  EXPECT_EQ(found(true), "mode bin/tool, size lib/data, added lib/new, target link");
  fs::remove(path_ + "/link");
  fs::create_directory(path_ + "/link");
  fs::remove(path_ + "/lib/data");
  EXPECT_EQ(found(true), "mode bin/tool, missing lib/data, added lib/new, type link");
}

TEST_F(VerifyTest, AListThatTheRecordDoesNotNameIsDamage) {
  overwrite("_hashdist/files.zst", zstd_compress("{}\n"));
  EXPECT_EQ(found(), "list _hashdist/files.zst");
  overwrite("_hashdist/files.zst", "no zstd");
  EXPECT_EQ(found(), "list _hashdist/files.zst");
}

TEST_F(VerifyTest, ModesAreGivenBack) {
  fs::permissions(path_ + "/bin/tool", fs::perms::owner_all);
  fs::permissions(path_ + "/bin", fs::perms::all);
  EXPECT_EQ(found(), "mode bin, mode bin/tool");
  restore_modes(Dir::open(path_), record_, result(true).damage);
  EXPECT_EQ(found(), "");
}

} // namespace
} // namespace hdist
