#include "spec/package_file.h"

#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

const char* const kHead =
    "name: tool\nversion: 3.10\ndescription: A tool\nhomepage: https://example.org\nlicense: MIT\n";

std::string error_of(const std::string& text) {
  return message_of([&] { read_recipe_text("packages/tool.yaml", "tool", text); });
}

TEST(PackageFile, MetadataAndDependenciesAreRead) {
  RecipeFile recipe = read_recipe_text(
      "tool.yaml", "tool",
      std::string(kHead) + "dependencies: {build: [a, b], run: [a]}\ntoolchain: [cc]\n");
  EXPECT_EQ(recipe.version, "3.10"); // text, not the number 3.1
  EXPECT_EQ(recipe.build_dependencies, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(recipe.run_dependencies, (std::vector<std::string>{"a"}));
  EXPECT_EQ(recipe.toolchain, (std::vector<std::string>{"cc"}));
}

TEST(PackageFile, AMisspeltFieldIsShownWithItsLineAndTheRightOne) {
  std::string text = error_of(std::string(kHead) + "dependancies: {build: [a]}\n");
  EXPECT_NE(text.find("packages/tool.yaml:6:"), std::string::npos) << text;
  EXPECT_NE(text.find("dependencies"), std::string::npos) << text;
  EXPECT_NE(text.find("dependancies: {build: [a]}"), std::string::npos)
      << "the line itself: " << text;
}

TEST(PackageFile, MissingMetadataIsNamed) {
  EXPECT_NE(
      error_of("name: tool\nversion: 1\ndescription: x\nhomepage: https://e.org\n").find("license"),
      std::string::npos);
  EXPECT_NE(
      error_of("name: tool\nversion: 1\ndescription: x\nhomepage: gopher://e.org\nlicense: MIT\n")
          .find("homepage"),
      std::string::npos);
}

TEST(PackageFile, ABaseNeedsNoMetadata) {
  EXPECT_TRUE(read_recipe_text("tool.yaml", "tool", "name: tool\nabstract: true\n").abstract);
}

TEST(PackageFile, TheNameIsTheFiles) {
  EXPECT_NE(error_of("name: other\nabstract: true\n").find("must be 'tool'"), std::string::npos);
}

TEST(PackageFile, AStageNeedsANameAndAKnownMode) {
  EXPECT_NE(error_of(std::string(kHead) + "build_stages:\n- {handler: make}\n").find("name"),
            std::string::npos);
  EXPECT_NE(error_of(std::string(kHead) + "build_stages:\n- {name: make, mode: replce}\n")
                .find("override, update"),
            std::string::npos);
  EXPECT_NE(error_of(std::string(kHead) + "build_stages:\n- {name: make}\n- {name: make}\n")
                .find("twice"),
            std::string::npos);
}

TEST(PackageFile, AStageNameIsOneSafeWord) {
  for (const char* name : {"../../x", "a/b", "\"a\\n\"", "''", "-x", ".x", "a b", "\"\\e[2J\""}) {
    std::string text =
        error_of(std::string(kHead) + "build_stages:\n- {name: " + name + ", handler: make}\n");
    EXPECT_NE(text.find("packages/tool.yaml:7:10: build_stages[0].name: expected"),
              std::string::npos)
        << text;
  }
  EXPECT_EQ(error_of(std::string(kHead) + "build_stages:\n- {name: fix-1.0_a+b, handler: make}\n"),
            "(no error)");
}

TEST(PackageFile, AVersionIsWhatSpecsAccept) {
  for (const char* version : {"..", "''", "\"a\\nb\"", ".5x"}) {
    std::string text = error_of(std::string("name: tool\nversion: ") + version + "\n");
    EXPECT_NE(text.find("packages/tool.yaml:2:10: version: expected"), std::string::npos) << text;
  }
}

TEST(PackageFile, ChangesOfTheEnvironmentAreCheckedOnReading) {
  std::string text =
      error_of(std::string(kHead) + "when_build_dependency:\n- {sett: A, value: x}\n");
  EXPECT_NE(text.find("packages/tool.yaml:7:4: when_build_dependency[0]"), std::string::npos)
      << text;
  EXPECT_NE(text.find("did you mean \"set\"?"), std::string::npos) << text;
  EXPECT_NE(error_of(std::string(kHead) + "build_environment:\n- {set: A}\n").find("\"value\""),
            std::string::npos);
  EXPECT_NE(error_of(std::string(kHead) + "when_build_dependency:\n- {set: A, value: $ARTIFACT}\n")
                .find("with braces"),
            std::string::npos);
  EXPECT_EQ(error_of(std::string(kHead) + "build_environment: [\"{{more}}\", {set: A, value: "
                                          "\"{{x}}\"}]\nwhen_build_dependency: \"{{all}}\"\n"),
            "(no error)");
}

TEST(PackageFile, AnEmptyFileAndAListAreNoRecipes) {
  EXPECT_NE(error_of("").find("an empty file"), std::string::npos);
  EXPECT_NE(error_of("- a\n").find("expected a recipe"), std::string::npos);
}

TEST(PackageFile, LicenceExpressions) {
  for (const char* good : {"MIT", "GPL-3.0-or-later", "(MIT OR Apache-2.0) AND BSD-3-Clause",
                           "GPL-2.0-only WITH Classpath-exception-2.0", "LicenseRef-x"})
    EXPECT_TRUE(is_license_expression(good)) << good;
  for (const char* bad :
       {"", "MIT,BSD", "MIT OR", "AND MIT", "(MIT", "MIT)", "MIT BSD", "see LICENSE file"})
    EXPECT_FALSE(is_license_expression(bad)) << bad;
}

} // namespace
} // namespace hdist
