#include "build/loaded.h"

#include "base/process.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace hdist {
namespace {

class LoadedTest : public ::testing::Test {
protected:
  void script(const std::string& name, const std::string& text, mode_t mode) {
    write_file(tmp_.path() + "/" + name, text);
    ASSERT_EQ(::chmod((tmp_.path() + "/" + name).c_str(), mode), 0);
  }
  std::string lines() { return loading_lines(Dir::open(tmp_.path())); }
  TempDir tmp_;
};

TEST_F(LoadedTest, TheInterpreterOfAScriptIsLoadedAndItsTextIsNot) {
  script("bin/run", "#!/store/python/abc/bin/python -E\nimport os # /store/tool/abc\n", 0755);
  EXPECT_EQ(lines(), "#!/store/python/abc/bin/python -E\n");
}

TEST_F(LoadedTest, WhatCannotBeExecutedLoadsNothing) {
  script("share/template", "#!/store/python/abc/bin/python\n", 0644);
  script("share/note", "/store/tool/abc", 0755);
  script("empty", "", 0755);
  EXPECT_EQ(lines(), "");
}

TEST_F(LoadedTest, AScriptOfOneLineWithoutAnEndCounts) {
  script("run", "#!/store/sh/abc/bin/sh", 0555);
  EXPECT_EQ(lines(), "#!/store/sh/abc/bin/sh\n");
}

TEST_F(LoadedTest, TheRunPathOfALibraryCounts) {
  Command command;
  command.argv = {"cc",
                  "-shared",
                  "-xc",
                  "/dev/null",
                  "-Wl,-rpath,/store/z/abc/lib",
                  "-o",
                  tmp_.path() + "/libx.so"};
  command.env = Env::current();
  if (!find_program("cc", command.env.get_or("PATH", ""))) GTEST_SKIP() << "there is no cc";
  capture(command);
  EXPECT_EQ(lines(), "/store/z/abc/lib\n");
}

TEST_F(LoadedTest, OwnDocumentsAndDamagedProgramsAreNotLookedAt) {
  script("_hashdist/build.sh", "#!/store/sh/abc/bin/sh\n", 0755);
  script("bin/broken", "\177ELF and no more", 0755);
  EXPECT_EQ(lines(), "");
}

} // namespace
} // namespace hdist
