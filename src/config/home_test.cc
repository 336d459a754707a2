#include "config/home.h"

#include "base/error.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace hdist {
namespace {

Env env(const std::map<std::string, std::string>& values) {
  Env environment;
  for (const auto& [name, value] : values)
    environment.set(name, value);
  return environment;
}

TEST(Home, TheProgramsOwnVariableWinsOverHomeAndThatOverThePasswordFile) {
  EXPECT_EQ(find_home({}, env({{"HDIST_HOME", "/a"}, {"HOME", "/b"}}), "/c"), "/a");
  EXPECT_EQ(find_home({}, env({{"HOME", "/b/"}}), "/c"), "/b");
  EXPECT_EQ(find_home({}, env({{"HDIST_HOME", ""}, {"HOME", ""}}), "/c"), "/c");
}

TEST(Home, TheVariableIsNamedByTheBrand) {
  Brand brand;
  brand.env_prefix = "QSNAKE_";
  EXPECT_EQ(find_home(brand, env({{"QSNAKE_HOME", "/q"}, {"HDIST_HOME", "/a"}}), {}), "/q");
}

TEST(Home, WithoutAnyTheErrorSaysWhatToSet) {
  try {
    find_home({}, {}, std::nullopt);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(error.code(), "config.home");
    EXPECT_EQ(
        error.message(),
        "no home directory is known: neither HDIST_HOME nor HOME is set, and the user with uid " +
            std::to_string(getuid()) + " has no entry in the password file");
    ASSERT_EQ(error.advice().size(), 1U);
    EXPECT_EQ(error.advice()[0].text,
              "Set HDIST_HOME (or HOME) to the absolute path of a directory of yours.");
  }
}

TEST(Home, ARelativeOneIsRefused) {
  EXPECT_EQ(message_of([] {
              find_home({}, env({{"HDIST_HOME", "a"}, {"HOME", "/b"}}), "/c");
            }),
            "HDIST_HOME is \"a\": expected an absolute path");
  EXPECT_EQ(message_of([] {
              find_home({}, env({{"HOME", "~"}}), "/c");
            }),
            "HOME is \"~\": expected an absolute path");
}

TEST(Home, ATildeIsReplacedAtTheStartOnly) {
  EXPECT_EQ(expand_home("~", "/h"), "/h");
  EXPECT_EQ(expand_home("~/x/y", "/h"), "/h/x/y");
  EXPECT_EQ(expand_home("/x/~", "/h"), "/x/~");
  EXPECT_EQ(expand_home("~//x", "/h"), "/h/x"); // as in a shell: never "/x"
  EXPECT_EQ(expand_home("~///", "/h"), "/h");
  EXPECT_EQ(expand_home("", "/h"), "");
  EXPECT_NE(message_of([] { expand_home("~root/x", "/h"); }).find("only ~/ is replaced"),
            std::string::npos);
}

} // namespace
} // namespace hdist
