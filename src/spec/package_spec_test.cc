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

TEST_F(PackageSpecTest, MistakesAreShownInTheRecipe) {
  std::string source = "sources:\n- {key: \"" + kKey + "\", url: x, ";
  auto expect = [&](const std::string& more, const std::string& place, const std::string& what) {
    std::string text = error_of(more);
    EXPECT_NE(text.find("/tool.yaml:" + place + ": " + what), std::string::npos) << text;
  };
  expect(source + "target: ../x}\n", "7:88", "sources[0].target: expected a path below");
  expect(source + "strip: -1}\n", "7:87", "sources[0].strip: expected an integer from 0");
  expect("profile_links:\n- {link: x, target: ../..}\n", "7:21",
         "profile_links[0].target: expected a relative path");
  expect("profile_links:\n- {link: ../x}\n", "7:10", "profile_links[0]: expected a pattern");
  expect("profile_links:\n- {dirs: true}\n", "7:3",
         "profile_links[0]: expected one of link, copy, exclude");
  expect("profile_variables: {\"A B\": x}\n", "6:21", "profile_variables: \"A B\" cannot be");
  expect("profile_variables:\n  PATH: {pth: [a]}\n", "7:10",
         "profile_variables.PATH: unknown field \"pth\"");
  expect("build_stages:\n- name: all\n  handler: bash\n  bsh: x\n", "9:3", "stage 'all': ");
}

TEST_F(PackageSpecTest, AToolThatIsMissingIsShownWhereItIsAskedFor) {
  options_.tool = [](const std::string&, const std::string&) -> ToolIdentity {
    throw Error(ErrorKind::usage, "host.no-tool", "this machine has no program nope")
        .advise({"Install it.", "", {}});
  };
  try {
    spec("toolchain: [nope]\n");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("/tool.yaml:6:13: toolchain: this machine has no program nope"),
              std::string::npos)
        << error.message();
    EXPECT_EQ(error.code(), "host.no-tool");
    EXPECT_EQ(error.advice().size(), 1u);
  }
  stack_.document = read_json("stack.yaml", "{\"toolchain\": {\"nope\": \"none\"}}");
  stack_.toolchain["nope"] = "none";
  EXPECT_NE(error_of("toolchain: [nope]\n").find("stack.yaml:1:24: toolchain.nope: this machine"),
            std::string::npos);
}

TEST_F(PackageSpecTest, DependentsGetTheParametersOfTheDependency) {
  Recipe dependency =
      recipe("parameters: {level: 2}\nwhen_build_dependency:\n- {set: LEVEL, value: "
             "\"{{level}} of {{name}}-{{version}}\"}\n");
  Parameters parameters =
      package_parameters(dependency, stack_, parse_json(R"({"level": 7})", "s"), "p");
  Recipe user = dependency;
  user.when_build_dependency.clear();
  PackageSpec result =
      package_spec(user, {}, {{"tool", {&dependency, &parameters}}}, stack_, options_);
  EXPECT_NE(canonical_json(result.spec).find(R"("7 of tool-1.5")"), std::string::npos);
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
  EXPECT_TRUE(error.starts_with(tmp_.path() + "/tool.yaml:7:3: profile_variables: \"TOOL-PATH\""))
      << error;
}

} // namespace
} // namespace hdist
