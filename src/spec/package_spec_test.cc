#include "spec/package_spec.h"

#include "data/json.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

const std::string kKey = "tar.gz:" + std::string(51, 'a') + "q";

class PackageSpecTest : public ::testing::Test {
protected:
  PackageSpecTest() {
    options_.platform = {"linux", "x86_64", "x86-64", "glibc-2.36"};
    options_.tool = [](const std::string& role, const std::string& program) {
      return ToolIdentity{"/usr/bin/" + (program.empty() ? role : program),
                          "test/" + role + program};
    };
    options_.host_path = "/usr/bin:/bin";
    stack_.document.name = "stack.yaml";
  }

  Recipe recipe(const std::string& more) {
    write_file(tmp_.path() + "/tool.yaml", "name: tool\nversion: 1.5\ndescription: A "
                                           "tool\nhomepage: https://example.org\nlicense: MIT\n" +
                                               more);
    RecipeBook book({tmp_.path()});
    return book.get("tool", {stack_.document, {}, ""});
  }

  PackageSpec spec(const std::string& more, const Value& settings = Value()) {
    Recipe tool = recipe(more);
    return package_spec(tool, package_parameters(tool, stack_, settings, "packages.tool"), {},
                        stack_, options_);
  }

  std::string error_of(const std::string& more, const Value& settings = Value()) {
    return message_of([&] { spec(more, settings); });
  }

  TempDir tmp_;
  StackFile stack_;
  CompileOptions options_;
};

TEST_F(PackageSpecTest, ASpecSaysPlatformToolchainSourcesAndCommands) {
  PackageSpec result = spec("toolchain: [cc]\nsources:\n- {key: \"" + kKey +
                            "\", url: \"https://example.org/tool-{{version}}.tar.gz\", target: "
                            "sub, strip: 1}\nbuild_stages:\n- {name: make}\n");
  EXPECT_EQ(canonical_json(*result.spec.find("toolchain")), R"({"cc":"test/cc"})");
  EXPECT_EQ(canonical_json(*result.spec.find("sources")),
            R"([{"key":")" + kKey + R"(","strip":1,"target":"sub"}])");
  EXPECT_EQ(
      canonical_json(*result.spec.find("build")->find("commands")),
      R"([{"nohash_value":"/usr/bin:/bin","set":"PATH"},{"nohash_value":"/usr/bin/cc","set":"CC"},{"cmd":["make"],"nohash_stage":"make"}])");
  ASSERT_EQ(result.sources.size(), 1u);
  EXPECT_EQ(result.sources[0].candidates[0].url, "https://example.org/tool-1.5.tar.gz");
}

TEST_F(PackageSpecTest, WhereASourceComesFromIsNotHashed) {
  PackageSpec a = spec("sources:\n- {key: \"" + kKey + "\", url: \"https://a.example/x\"}\n");
  PackageSpec b = spec("sources:\n- {key: \"" + kKey + "\", url: \"https://b.example/y\"}\n");
  EXPECT_EQ(hash_input(a.spec), hash_input(b.spec));
}

TEST_F(PackageSpecTest, AnotherCompilerGivesAnotherId) {
  std::string text = "toolchain: [cc]\n";
  std::string gcc = hash_input(spec(text).spec);
  stack_.toolchain["cc"] = "clang";
  EXPECT_NE(hash_input(spec(text).spec), gcc);
}

TEST_F(PackageSpecTest, BashStagesMakeAPackThatIsTheFirstSource) {
  PackageSpec result =
      spec("build_stages:\n- {name: all, handler: bash, bash: \"touch $ARTIFACT/x\"}\n");
  ASSERT_TRUE(result.pack.has_value());
  EXPECT_EQ(*result.spec.find("sources")->if_list()->front().find("key"),
            Value(result.pack->key.str()));
}

TEST_F(PackageSpecTest, PostProcessingIsOneCommandAtTheEnd) {
  PackageSpec result = spec("post_process:\n- {name: a, args: [--relative-rpath]}\n- {name: b, "
                            "args: [--remove-libtool]}\n");
  EXPECT_EQ(
      canonical_json(result.spec.find("build")->find("commands")->if_list()->back()),
      R"({"hdist":["build-postprocess","--relative-rpath","--remove-libtool"],"nohash_stage":"postprocess"})");
}

TEST_F(PackageSpecTest, ParametersKeepTheirTypeAndUnknownOnesAreErrors) {
  std::string text = "parameters: {level: 2, shared: true}\n";
  EXPECT_EQ(
      package_parameters(recipe(text), stack_, parse_json(R"({"level": 3})", "s"), "p").at("level"),
      Value(3));
  std::string wrong = error_of(text, parse_json(R"({"level": "3"})", "s"));
  EXPECT_NE(wrong.find("expected the type of the default (integer)"), std::string::npos) << wrong;
  EXPECT_NE(error_of(text, parse_json(R"({"levl": 3})", "s")).find("is 'level' meant?"),
            std::string::npos);
}

TEST_F(PackageSpecTest, AKeyMustBeWhole) {
  EXPECT_NE(error_of("sources:\n- {key: \"tar.gz:abc\", url: x}\n").find("expected a source key"),
            std::string::npos);
  EXPECT_NE(error_of("sources:\n- {url: x}\n").find("key"), std::string::npos);
}

TEST_F(PackageSpecTest, AlternativesHaveOneKey) {
  std::string other = "tar.gz:" + std::string(51, 'b') + "q";
  EXPECT_NE(error_of("sources:\n- alternatives:\n  - {key: \"" + kKey +
                     "\", url: x}\n  - {key: \"" + other + "\", url: y}\n")
                .find("must have the same key"),
            std::string::npos);
}

TEST_F(PackageSpecTest, LinksAndVariablesOfProfilesAreInTheSpec) {
  PackageSpec result =
      spec("profile_links:\n- {exclude: share/doc/**}\n- {link: \"**\"}\nprofile_variables:\n  "
           "TOOL_PATH: {path: [\"$PROFILE/tools\"]}\n");
  BuildSpec read = BuildSpec::from_value(result.spec);
  ASSERT_EQ(read.install().rules.size(), 2u);
  EXPECT_EQ(read.install().rules[0].action, LinkAction::exclude);
  EXPECT_EQ(read.install().environment[0].kind, ProfileVariable::Kind::path);
}

TEST_F(PackageSpecTest, AVariableThatNoShellCanSetIsShownInTheRecipe) {
  std::string error = error_of("profile_variables:\n  TOOL-PATH: x\n");
  EXPECT_TRUE(error.starts_with(tmp_.path() + "/tool.yaml:7:14: profile_variables: \"TOOL-PATH\""))
      << error;
}

} // namespace
} // namespace hdist
