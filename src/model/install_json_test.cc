#include "model/install_json.h"

#include "base/error.h"
#include "data/json.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

using Kind = ProfileVariable::Kind;

const char* const kPython = "python/nodle477gt6odhllqbhp6wr7k5d23jhk";
const char* const kBlas = "blas/2rzv4orglylo5yb7lfyyxg25amazyb6y";

InstallWishes wishes_of(const std::string& text) {
  return read_install_json(read_json("install.json", text));
}

std::string error_of(const std::string& text) {
  std::string message = message_of([&] { wishes_of(text); });
  return message.substr(0, message.find('\n'));
}

TEST(InstallJson, ReadsTheFoundingPagesForm) {
  InstallWishes wishes = wishes_of(R"({
      "runtime-dependencies": {"python": "python/nodle477gt6odhllqbhp6wr7k5d23jhk"},
      "command": ["$python/bin/python", "setup.py", "install", "--prefix=$profiletarget"],
      "profile-env-vars": {"PYTHONPATH": "$profiletarget/site:$ARTIFACT/site", "NUMPY_MODE": "fast"},
      "parameters": {"rules": [["symlink", "**"], ["copy", "/bin/x"]], "own": {"any": "thing"}}})");
  EXPECT_EQ(wishes.dependencies.at("python").str(), kPython);
  EXPECT_EQ(wishes.command, (std::vector<std::string>{"$python/bin/python", "setup.py", "install",
                                                      "--prefix=$profiletarget"}));
  EXPECT_EQ(wishes.rules,
            (std::vector<InstallRule>{{LinkAction::symlink, {"**"}, "", "", false, false},
                                      {LinkAction::copy, {"bin/x"}, "", "", false, false}}));
  EXPECT_EQ(wishes.environment,
            (std::vector<ProfileVariable>{
                {"NUMPY_MODE", Kind::plain, {"fast"}},
                {"PYTHONPATH", Kind::path, {"$PROFILE/site", "$ARTIFACT/site"}}}));
}

TEST(InstallJson, InstallArtifactMeansTheRules) {
  EXPECT_TRUE(wishes_of(R"({"command": ["hdist", "install-artifact"]})").empty());
}

TEST(InstallJson, OurOwnFormIsReadToo) {
  InstallWishes wishes = wishes_of(R"({"version": 1, "rules": [["exclude", "doc/**"]],
      "environment": {"A": {"path": ["x"]}}, "dependencies": {"blas": "blas/2rzv4orglylo5yb7lfyyxg25amazyb6y"}})");
  EXPECT_EQ(wishes.dependencies.at("blas").str(), kBlas);
  EXPECT_EQ(wishes.rules.size(), 1U);
  EXPECT_EQ(wishes.environment.size(), 1U);
}

TEST(InstallJson, WhatClimbsOutIsRefused) {
  for (const char* rule :
       {R"(["symlink", "../../other/**"])", R"({"select": "x", "target": "../out"})",
        R"({"select": "x", "prefix": "a/../.."})"}) {
    try {
      wishes_of(std::string(R"({"parameters": {"rules": [)") + rule + "]}}");
      ADD_FAILURE() << rule;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::refused) << rule;
      EXPECT_EQ(error.code(), "install.climbs-out") << rule;
      EXPECT_NE(error.message().find("install.json:1:"), std::string::npos) << error.message();
    }
  }
}

TEST(InstallJson, TheProgramIsOneOfADependency) {
  EXPECT_NE(error_of(R"({"command": ["/bin/sh", "-c", "true"]})")
                .find("install.json:1:13: command: the program must be hdist or"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"command": ["$python/bin/python"]})").find("($ARTIFACT), found $python"),
            std::string::npos);
  EXPECT_EQ(wishes_of(R"({"command": ["${ARTIFACT}/install"]})").command.size(), 1U);
}

TEST(InstallJson, SlipsAreErrorsWithTheirPlace) {
  EXPECT_NE(error_of(R"({"runtime-dependencies": {"a b": "x"}})").find("cannot be the name"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"runtime-dependencies": {"a": "x"}})")
                .find("runtime-dependencies.a: \"x\" is no artifact id"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"runtime-dependency": {}})").find("runtime-dependencies"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"environment": {"A": "1"}, "profile-env-vars": {"A": "2"}})")
                .find("the variable A is in \"environment\", too"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"version": 2})").find("version"), std::string::npos);
}

TEST(InstallJson, AProfileRepeatsItsMembersAndNothingElse) {
  std::string text =
      repeating_install_json({*ArtifactId::parse(kPython), *ArtifactId::parse(kBlas)});
  InstallWishes wishes = wishes_of(text);
  EXPECT_EQ(wishes.dependencies.at("python").str(), kPython);
  EXPECT_EQ(wishes.dependencies.at("blas").str(), kBlas);
  EXPECT_TRUE(wishes.command.empty());
  EXPECT_EQ(wishes.rules,
            (std::vector<InstallRule>{{LinkAction::exclude, {"**"}, "", "", false, false}}));
}

TEST(InstallJson, TwoArtifactsOfOneNameGetTwoVariables) {
  ArtifactId a = ArtifactId::make("lib-x", sha256("a")), b = ArtifactId::make("lib-x", sha256("b"));
  InstallWishes wishes = wishes_of(repeating_install_json({a, b}));
  EXPECT_EQ(wishes.dependencies.at("lib_x"), a);
  EXPECT_EQ(wishes.dependencies.at("lib_x_"), b);
}

} // namespace
} // namespace hdist
