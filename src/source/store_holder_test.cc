#include "source/store_holder.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

namespace hdist {
namespace {

namespace fs = std::filesystem;

class StoreHolderTest : public ::testing::Test {
protected:
  StoreHolderTest() {
    for (const char* file : {"store/tmp/new", "store/packs/file/old", "victim/file/x"})
      write_file(tmp_.path() + "/" + file, file);
  }
  Dir store() const { return Dir::open(tmp_.path() + "/store"); }
  void make_store_anothers() const {
    ASSERT_EQ(::lchown((tmp_.path() + "/store").c_str(), 65534, 65534), 0);
  }
  void swap_packs_for_a_link() const {
    fs::rename(tmp_.path() + "/store/packs", tmp_.path() + "/store/was");
    fs::create_symlink("../victim", tmp_.path() + "/store/packs");
  }
  TempDir tmp_;
};

TEST_F(StoreHolderTest, NamesAreMovedBetweenDirectories) {
  for (bool is_ours : {true, false}) {
    if (!is_ours && ::geteuid() != 0) continue;
    if (!is_ours) make_store_anothers();
    EXPECT_FALSE(rename_new_in(store(), "tmp/new", "packs/file/old"));
    EXPECT_TRUE(rename_new_in(store(), "tmp/new", "packs/file/new"));
    rename_in(store(), "packs/file/new", "tmp/new");
    EXPECT_EQ(holder_of(store(), "tmp/new").read_file("new"), "store/tmp/new");
    EXPECT_EQ(holder_of(store(), "store.json").path(), tmp_.path() + "/store");
  }
}

TEST_F(StoreHolderTest, InOnesOwnStoreADirectoryMayBeALink) {
  swap_packs_for_a_link();
  EXPECT_TRUE(rename_new_in(store(), "tmp/new", "packs/file/new"));
  EXPECT_TRUE(fs::exists(tmp_.path() + "/victim/file/new"));
}

TEST_F(StoreHolderTest, AnothersStoreDoesNotLeadOutOfItself) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  make_store_anothers();
  swap_packs_for_a_link();
  for (const char* to : {"packs/file/new", "packs/new"}) {
    EXPECT_EQ(code_of([&] { rename_in(store(), "tmp/new", to); }), "file.is-link");
    EXPECT_EQ(code_of([&] { (void)rename_new_in(store(), "tmp/new", to); }), "file.is-link");
    EXPECT_EQ(code_of([&] { rename_in(store(), to, "tmp/x"); }), "file.is-link");
    EXPECT_EQ(code_of([&] { (void)holder_of(store(), to); }), "file.is-link");
  }
  EXPECT_EQ(std::distance(fs::recursive_directory_iterator(tmp_.path() + "/victim"),
                          fs::recursive_directory_iterator()),
            2);
}

} // namespace
} // namespace hdist
