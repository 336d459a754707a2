#include "spec/recipe_book.h"

#include "base/dir.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

class RecipeBookTest : public ::testing::Test {
protected:
  void base(const std::string& name, const std::string& more) {
    write_file(tmp_.path() + "/" + name + ".yaml", "name: " + name + "\nabstract: true\n" + more);
  }
  const Recipe& get(const std::string& name) {
    return book_.get(name, {asked_, {1, 1}, "packages"});
  }
  std::string error_of(const std::string& name) {
    return message_of([&] { get(name); });
  }

  TempDir tmp_;
  Document asked_{"stack.yaml", "packages: {x: }", Value()};
  RecipeBook book_{{tmp_.path()}};
};

TEST_F(RecipeBookTest, BasesComeFirstAndOwnValuesWin) {
  base("a", "parameters: {p: 1, q: 2}\ntoolchain: [cc]\ndependencies: {build: "
            "[z]}\nbuild_stages:\n- {name: make, args: [x]}\n");
  base("b", "extends: [a]\nparameters: {p: 3}\ntoolchain: [make]\nbuild_stages:\n- {name: make, "
            "args: [y]}\n- {name: install, after: make}\n");
  const Recipe& recipe = get("b");
  EXPECT_EQ(*recipe.parameters.find("p"), Value(3));
  EXPECT_EQ(*recipe.parameters.find("q"), Value(2));
  std::vector<std::string> roles;
  for (const auto& [role, asked] : recipe.toolchain)
    roles.push_back(role + " of " + *asked.document->root.find("name")->if_string());
  EXPECT_EQ(roles, (std::vector<std::string>{"cc of a", "make of b"}));
  EXPECT_EQ(recipe.build_dependencies, (std::set<std::string>{"z"}));
  ASSERT_EQ(recipe.build_stages.size(), 2u);
  EXPECT_EQ(recipe.build_stages[0].name, "make");
  EXPECT_EQ(*recipe.build_stages[0].fields.find("args"), Value(Value::List{"y"}));
}

TEST_F(RecipeBookTest, ADiamondIsMergedOnce) {
  base("top", "build_environment:\n- {set: A, value: x}\nbuild_stages:\n- {name: make}\n");
  base("left", "extends: [top]\n");
  base("right", "extends: [top]\n");
  base("bottom", "extends: [left, right]\n");
  EXPECT_EQ(get("bottom").build_environment.size(), 1u);
  EXPECT_EQ(get("bottom").build_stages.size(), 1u);
}

TEST_F(RecipeBookTest, UnrelatedBasesWithAStageOfOneNameAreAnError) {
  base("left", "build_stages:\n- {name: make}\n");
  base("right", "build_stages:\n- {name: make}\n");
  base("bottom", "extends: [left, right]\n");
  EXPECT_NE(error_of("bottom").find("'left' has a stage of this name too"), std::string::npos);
}

TEST_F(RecipeBookTest, ARecipeFileMayBeALink) {
  TempDir far;
  write_file(far.path() + "/elsewhere.yaml", "name: x\nabstract: true\n");
  Dir::open(tmp_.path()).make_symlink(far.path() + "/elsewhere.yaml", "x.yaml");
  EXPECT_EQ(get("x").file.name, "x");
}

TEST_F(RecipeBookTest, OnlyAStageOfABaseCanBeRemovedReplacedOrUpdated) {
  base("a", "build_stages:\n- {name: install}\n");
  for (const char* mode : {"remove", "replace", "update"}) {
    base("b", std::string("extends: [a]\nbuild_stages:\n- {name: instal, mode: ") + mode +
                  ", handler: make}\n");
    std::string text = message_of([&] {
      RecipeBook({tmp_.path()}).get("b", {asked_, {1, 1}, "packages"});
    });
    EXPECT_NE(text.find("b.yaml:5:3: stage 'instal': mode is " + std::string(mode)),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("is 'install' meant?"), std::string::npos) << text;
  }
}

TEST_F(RecipeBookTest, ACircleOfBasesIsShown) {
  base("a", "extends: [b]\n");
  base("b", "extends: [a]\n");
  EXPECT_NE(error_of("a").find("a -> b -> a"), std::string::npos);
}

TEST_F(RecipeBookTest, AnUnknownPackageIsShownWithTheNearestAndWhereItWasLookedFor) {
  base("ncurses", "");
  std::string text = error_of("ncurse");
  EXPECT_NE(text.find("is 'ncurses' meant?"), std::string::npos) << text;
  EXPECT_NE(text.find(tmp_.path()), std::string::npos) << text;
}

TEST_F(RecipeBookTest, ANameThatClimbsOutIsNoPackage) {
  EXPECT_NE(error_of("../etc/passwd").find("is no package name"), std::string::npos);
}

TEST_F(RecipeBookTest, AFolderOfItsOwnIsFoundAndTheFirstDirectoryWins) {
  TempDir second;
  write_file(tmp_.path() + "/x/x.yaml", "name: x\nabstract: true\ndescription: first\n");
  write_file(second.path() + "/x.yaml", "name: x\nabstract: true\ndescription: second\n");
  RecipeBook book({tmp_.path(), second.path()});
  EXPECT_EQ(book.get("x", {asked_, {1, 1}, ""}).file.description, "first");
  EXPECT_EQ(book.files().size(), 1u);
}

} // namespace
} // namespace hdist
