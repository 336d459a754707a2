#include "build/run_path.h"

#include "base/text.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {

namespace {

/// s/tool/1 imports s/a/1 and o/b/1, which is in another store.
class RunPathChoiceTest : public testing::Test {
protected:
  RunPathChoiceTest() {
    for (const char* library :
         {"s/a/1/lib/liba.so.1", "o/b/1/lib/libb.so.1", "s/a/1/lib64/liba64.so",
          "s/tool/1/lib/libtool.so", "s/tool/1/lib/x/libx.so", "far/libfar.so"})
      write_file(at(library), "");
  }
  std::string at(const std::string& name) const { return tmp_.path() + "/" + name; }

  RunPathChoice choose(const std::string& file, const std::vector<std::string>& needed,
                       const std::string& old = "") const {
    const ElfDynamic dynamic{.soname = "", .needed = needed, .run_path = old};
    return choose_run_path(dynamic, file,
                           {.artifact = at("s/tool/1"),
                            .store = at("s"),
                            .spellings = {at("spelled")},
                            .imports = {at("s/a/1"), at("o/b/1")}});
  }
  std::string chosen(const std::string& file, const std::vector<std::string>& needed,
                     const std::string& old = "") const {
    return join(choose(file, needed, old).entries, ":");
  }
  TempDir tmp_;
};

TEST_F(RunPathChoiceTest, HasAnImportOnlyWhereItIsNeeded) {
  EXPECT_EQ(chosen("bin/t", {"libc.so.6"}), "");
  EXPECT_EQ(chosen("bin/t", {"liba.so.1", "libc.so.6"}), "$ORIGIN/../../../a/1/lib:$ORIGIN/../lib");
  EXPECT_EQ(chosen("t", {"liba.so.1"}), "$ORIGIN/../../a/1/lib:$ORIGIN/lib");
  EXPECT_EQ(chosen("lib/l.so", {"liba.so.1"}), "$ORIGIN/../../../a/1/lib:$ORIGIN");
  EXPECT_EQ(chosen("bin/t", {"liba64.so"}), "$ORIGIN/../../../a/1/lib64:$ORIGIN/../lib");
}

TEST_F(RunPathChoiceTest, HasTheOwnLibLastWhereALibraryOfItOrOfAnImportIsNeeded) {
  EXPECT_EQ(chosen("bin/t", {"libtool.so"}), "$ORIGIN/../lib");
  EXPECT_EQ(chosen("lib/l.so", {"libtool.so"}), "$ORIGIN");
  EXPECT_EQ(chosen("bin/t", {"libtool.so", "libb.so.1"}), at("o/b/1/lib") + ":$ORIGIN/../lib");
}

TEST_F(RunPathChoiceTest, KeepsOldDirectoriesOfTheArtifactHoweverTheyAreSpelled) {
  EXPECT_EQ(chosen("bin/t", {"libx.so"}), "");
  for (const std::string& old :
       {at("s/tool/1/lib/x"), at("spelled/tool/1/lib/x"), at("s/tool/1/lib/y/../x/"),
        std::string("$ORIGIN/../lib/x"), std::string("${ORIGIN}/../lib/x")})
    EXPECT_EQ(chosen("bin/t", {"libx.so"}, "/nowhere:" + old), "$ORIGIN/../lib/x") << old;
}

TEST_F(RunPathChoiceTest, NamesWhatOnlyADroppedDirectoryHad) {
  const RunPathChoice choice =
      choose("bin/t", {"libfar.so", "libc.so.6"}, at("far") + ":$ORIGIN/$LIB");
  EXPECT_TRUE(choice.entries.empty());
  EXPECT_EQ(choice.lost, std::vector<std::string>{"libfar.so in " + at("far")});
}

TEST_F(RunPathChoiceTest, DoesNotSearchForALibraryThatIsNeededByItsPath) {
  EXPECT_EQ(chosen("bin/t", {"../lib/libtool.so", "/abs/liba.so.1"}), "");
}

} // namespace

} // namespace hdist
