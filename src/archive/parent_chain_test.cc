#include "archive/parent_chain.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hdist {
namespace {

bool leads_to(ParentChain& chain, const std::string& path, const std::string& root) {
  struct stat opened {
  }, named{};
  return fstat(chain.open(path), &opened) == 0 && stat((root + "/" + path).c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

TEST(ParentChain, MakesAndOpensDirectoriesOneAfterTheOther) {
  TempDir tmp;
  Dir root = Dir::open(tmp.path());
  ParentChain chain(root, ParentChain::Missing::create);
  for (const char* path : {"a/b/c", "a/b", "a/b", "", "a/d/e", "f", "a/b/c", ""})
    EXPECT_TRUE(leads_to(chain, path, tmp.path())) << path;
}

TEST(ParentChain, ThatDoesNotCreateTellsWhatIsMissing) {
  TempDir tmp;
  Dir root = Dir::open(tmp.path());
  std::filesystem::create_directories(tmp.path() + "/a/b");
  ParentChain chain(root, ParentChain::Missing::fail);
  EXPECT_EQ(chain.open("a/b/c/d"), -1);
  EXPECT_TRUE(leads_to(chain, "a/b", tmp.path()));
  EXPECT_TRUE(leads_to(chain, "", tmp.path()));
  EXPECT_FALSE(std::filesystem::exists(tmp.path() + "/a/b/c"));
}

TEST(ParentChain, RefusesLinksAndFilesAndIsUsableAfterwards) {
  TempDir tmp;
  Dir root = Dir::open(tmp.path());
  ParentChain chain(root, ParentChain::Missing::create);
  (void)chain.open("a/b");
  root.make_symlink("..", "a/link");
  root.write_file("a/file", "");
  EXPECT_EQ(message_of([&] { chain.open("a/link/x"); }),
            "the path a/link/x passes through the symlink link");
  EXPECT_EQ(message_of([&] { chain.open("a/file/x"); }),
            "the path a/file/x has a file, file, as a directory");
  EXPECT_TRUE(leads_to(chain, "", tmp.path()));
  EXPECT_TRUE(leads_to(chain, "a/b", tmp.path()));
}

TEST(ParentChain, GoesDeepWithFewDescriptorsAndComesBack) {
  TempDir tmp;
  Dir root = Dir::open(tmp.path());
  ParentChain chain(root, ParentChain::Missing::create);
  std::string path = "d";
  for (int i = 0; i < 200; ++i)
    path += "/d";
  EXPECT_TRUE(leads_to(chain, path, tmp.path()));
  EXPECT_LT(chain.open("d/d/e"), 100); // the lowest free number, so about as many are open
  EXPECT_TRUE(leads_to(chain, path, tmp.path()));
}

} // namespace
} // namespace hdist
