#include "model/install_rules.h"

#include "data/json.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

InstallWishes wishes_of(const std::string& text) {
  Document document = read_json("w.json", text);
  return read_install_wishes(document, document.root, "install");
}

std::string canonical(const std::string& text) {
  return canonical_json(to_value(wishes_of(text)));
}

std::string error_of(const std::string& text) {
  return first_line(message_of([&] { wishes_of(text); }));
}

TEST(InstallRules, ReadsObjectsAndTheFoundingPagesPairs) {
  InstallWishes wishes = wishes_of(R"({"rules": [
      ["symlink", "/bin/**"], ["copy", ["a", "b/*"]],
      {"action": "launcher", "select": "bin/*", "prefix": "/bin/", "target": "libexec/", "dirs": true,
       "overwrite": true}, {"select": ["**"]}]})");
  std::vector<InstallRule> expected{{LinkAction::symlink, {"bin/**"}, "", "", false, false},
                                    {LinkAction::copy, {"a", "b/*"}, "", "", false, false},
                                    {LinkAction::launcher, {"bin/*"}, "bin", "libexec", true, true},
                                    {LinkAction::symlink, {"**"}, "", "", false, false}};
  EXPECT_EQ(wishes.rules, expected);
  EXPECT_TRUE(wishes.environment.empty());
}

TEST(InstallRules, TheWrittenFormHasOnlyWhatDiffersFromTheDefault) {
  EXPECT_EQ(canonical(R"({"rules": [["exclude", "/share/doc/**"]]})"),
            R"({"rules":[{"action":"exclude","select":["share/doc/**"]}]})");
  EXPECT_EQ(canonical(R"({"rules": [], "environment": {}})"), "{}");
  EXPECT_TRUE(wishes_of("{}").empty());
}

TEST(InstallRules, WhatIsWrittenIsReadBackEqual) {
  InstallWishes wishes = wishes_of(R"({
      "rules": [{"action": "relative_symlink", "select": ["x"], "prefix": "a", "dirs": true},
                {"action": "absolute_symlink", "select": ["y"], "target": "b", "overwrite": true}],
      "environment": {"Z": "1", "PATH": {"path": ["$ARTIFACT/bin", "$PROFILE/x"]}, "F": {"flags": ["-g"]}}})");
  EXPECT_EQ(wishes_of(canonical_json(to_value(wishes))), wishes);
  EXPECT_EQ(wishes_of(pretty_json(to_value(wishes))), wishes);
}

TEST(InstallRules, ACommandAndItsDependenciesAreKept) {
  InstallWishes wishes = wishes_of(R"({"command": ["$py/bin/python", "-m", "$ARTIFACT"],
      "dependencies": {"py": "python/nodle477gt6odhllqbhp6wr7k5d23jhk"}})");
  EXPECT_FALSE(wishes.empty());
  EXPECT_EQ(wishes_of(canonical_json(to_value(wishes))), wishes);
  EXPECT_NE(error_of(R"({"command": ["$py/bin/python"]})").find("install.command"),
            std::string::npos);
}

TEST(InstallRules, VariablesComeInTheOrderOfTheirNames) {
  InstallWishes wishes = wishes_of(R"({"environment": {"B": "2", "A": {"path": ["x"]}}})");
  ASSERT_EQ(wishes.environment.size(), 2U);
  EXPECT_EQ(wishes.environment[0], (ProfileVariable{"A", ProfileVariable::Kind::path, {"x"}}));
  EXPECT_EQ(wishes.environment[1], (ProfileVariable{"B", ProfileVariable::Kind::plain, {"2"}}));
}

TEST(InstallRules, WrongRulesAreErrorsWithTheirPlace) {
  EXPECT_EQ(error_of(R"({"rules": [["link", "x"]]})"),
            "w.json:1:13: install.rules[0]: unknown action \"link\", expected one of symlink, "
            "absolute_symlink, relative_symlink, copy, exclude, launcher");
  EXPECT_EQ(
      error_of(R"({"rules": [["copy", "../x"]]})"),
      "w.json:1:21: install.rules[0]: expected a pattern below the artifact, without '.' and '..'");
  EXPECT_EQ(error_of(R"({"rules": [["copy"]]})"),
            "w.json:1:12: install.rules[0]: expected a pair of an action and a pattern");
  EXPECT_EQ(error_of(R"({"rules": [{"select": "x", "target": "a/../.."}]})"),
            "w.json:1:38: install.rules[0].target: expected a relative path without '.' and '..'");
  EXPECT_NE(
      error_of(R"({"rules": [{"select": "x", "taget": "a"}]})").find("did you mean \"target\"?"),
      std::string::npos);
  EXPECT_EQ(error_of(R"({"rules": [{"select": []}]})"),
            "w.json:1:23: install.rules[0].select: expected at least one pattern");
}

TEST(InstallRules, WrongVariablesAreErrorsWithTheirPlace) {
  EXPECT_EQ(error_of(R"({"environment": {"A B": "x"}})"),
            "w.json:1:18: install.environment: \"A B\" cannot be the name of a variable");
  for (const char* name : {"_profile_new", "_PROFILE_ENTER", "_list"})
    EXPECT_NE(error_of(R"({"environment": {")" + std::string(name) + R"(": "x"}})")
                  .find("entering a profile uses names like it"),
              std::string::npos);
  EXPECT_NE(
      error_of(R"({"environment": {"A": 1}})").find("install.environment.A: expected a string"),
      std::string::npos);
  EXPECT_NE(
      error_of(R"({"environment": {"A": {"path": ["x"], "flags": ["y"]}}})").find("unknown field"),
      std::string::npos);
  EXPECT_NE(error_of(R"({"environment": {"A": {}}})").find("with a value"), std::string::npos);
}

} // namespace
} // namespace hdist
