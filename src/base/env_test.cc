#include "base/env.h"

#include "testing/testing.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

namespace hdist {
namespace {

void make_program(const std::string& path) {
  write_file(path, "#!/bin/sh\n");
  ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
}

TEST(Env, OfThisProcessHasItsVariables) {
  ASSERT_EQ(::setenv("HDIST_TEST_VARIABLE", "a=b", 1), 0);
  EXPECT_EQ(Env::current().get("HDIST_TEST_VARIABLE"), "a=b");
  ASSERT_EQ(::unsetenv("HDIST_TEST_VARIABLE"), 0);
  EXPECT_FALSE(Env::current().contains("HDIST_TEST_VARIABLE"));
}

TEST(Env, UnsetIsNotEmpty) {
  Env env;
  env.set("A", "");
  EXPECT_EQ(env.get("A"), "");
  EXPECT_EQ(env.get("B"), std::nullopt);
  EXPECT_EQ(env.get_or("A", "x"), "");
  EXPECT_EQ(env.get_or("B", "x"), "x");
  env.unset("A");
  EXPECT_FALSE(env.contains("A"));
}

TEST(Env, PrependAndAppendPutTheSeparatorOnlyBetweenValues) {
  Env env;
  env.prepend("PATH", "/b", ':');
  env.prepend("PATH", "/a", ':');
  env.append("PATH", "/c", ':');
  EXPECT_EQ(env.get("PATH"), "/a:/b:/c");
  env.set("EMPTY", "");
  env.append("EMPTY", "x", ' ');
  EXPECT_EQ(env.get("EMPTY"), "x");
}

TEST(Env, StringsAreSortedByName) {
  Env env;
  env.set("B", "2");
  env.set("A", "1=1");
  EXPECT_EQ(env.strings(), (std::vector<std::string>{"A=1=1", "B=2"}));
}

TEST(FindProgram, TakesTheFirstExecutableFileOfThePath) {
  const TempDir tmp;
  make_program(tmp.path() + "/one/tool/file"); // a directory called "tool"
  write_file(tmp.path() + "/two/tool", "not executable");
  make_program(tmp.path() + "/three/tool");
  make_program(tmp.path() + "/four/tool");
  const std::string& t = tmp.path();
  EXPECT_EQ(
      find_program("tool", t + "/no:" + t + "/one:" + t + "/two:" + t + "/three:" + t + "/four"),
      t + "/three/tool");
  EXPECT_EQ(find_program("tool", t + "/one:" + t + "/two"), std::nullopt);
}

TEST(FindProgram, WithASlashLooksNowhereElse) {
  const TempDir tmp;
  make_program(tmp.path() + "/bin/tool");
  EXPECT_EQ(find_program(tmp.path() + "/bin/tool", ""), tmp.path() + "/bin/tool");
  EXPECT_EQ(find_program("bin/tool", tmp.path()), std::nullopt);
  EXPECT_EQ(find_program("", tmp.path()), std::nullopt);
}

} // namespace
} // namespace hdist
