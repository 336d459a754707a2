#include "ops/brand_check.h"

#include "data/toml.h"
#include "ops/ops_testing.h"

#include <filesystem>

namespace hdist {
namespace {

class BrandCheck : public OpsTest {
protected:
  std::string error(const std::string& lines) {
    const Document toml = read_toml("brand.toml", "name = \"q\"\n" + lines);
    return message_of([&] {
      check_brand_files(*session_, toml, read_brand_file(toml, Brand(), tmp_.path()), tmp_.path());
    });
  }

  void says(const std::string& lines, const std::string& start, const std::string& expected) {
    const std::string message = error(lines);
    EXPECT_TRUE(message.starts_with(start)) << message;
    EXPECT_NE(message.find(expected), std::string::npos) << message;
  }
};

constexpr const char* kRecipe =
    "name: snake\nversion: 1.0\ndescription: Hisses\nhomepage: https://example.org\nlicense: MIT\n"
    "build_stages:\n- {name: all, handler: bash, bash: 'true'}\n";

TEST_F(BrandCheck, WhatIsNotThereIsSaidWithItsLine) {
  write_file(tmp_.path() + "/file", "");
  says("collections = [\"file\"]", "brand.toml:2:16: collections[0]: expected a folder of recipes",
       tmp_.path() + "/file is none");
  says("collections = [\".\", \"none\"]", "brand.toml:2:21: collections[1]: ", "is not there");
  says("default_stack = \"none.yaml\"", "brand.toml:2:17: default_stack: expected a file, but ",
       "is not there");
  says("[[commands]]\nname = \"c\"\nsummary = \"s\"\nfile = \"none\"",
       "brand.toml:5:8: commands[0].file: expected a file, but ", "is not there");
}

TEST_F(BrandCheck, WhatLiesOutsideItsFolderIsNotPublished) {
  constexpr const char* kOutside = "lies outside the folder of this file";
  says("collections = [\"/etc\"]", "brand.toml:2:16: collections[0]: /etc ", kOutside);
  says("collections = [\"..\"]", "brand.toml:2:16: collections[0]: ", kOutside);
  std::filesystem::create_directory_symlink("/etc", tmp_.path() + "/link");
  says("collections = [\"link\"]", "brand.toml:2:16: collections[0]: ", kOutside);
  says("default_stack = \"/etc/passwd\"", "brand.toml:2:17: default_stack: ", kOutside);
  says("[[commands]]\nname = \"c\"\nsummary = \"s\"\nfile = \"/etc/passwd\"",
       "brand.toml:5:8: commands[0].file: ", kOutside);
}

TEST_F(BrandCheck, CollectionsOfOneNameDoNotHideOneAnother) {
  write_file(tmp_.path() + "/a/recipes/x.yaml", "");
  write_file(tmp_.path() + "/b/recipes/x.yaml", "");
  says("collections = [\"a/recipes\", \"b/recipes/.\"]",
       "brand.toml:2:29: collections[1]: ", "a folder called recipes is there already");
}

TEST_F(BrandCheck, OnlyCommandsCanBeHidden) {
  says("hide = [\"gc\", \"udpate\"]", "brand.toml:2:15: hide[1]: 'udpate' is no command",
       "is 'update' meant?");
  says("hide = [\"nosuchatall\"]", "brand.toml:2:9: hide[0]: ", "there are update, ");
  EXPECT_EQ(error("hide = [\"gc\", \"rebrand\"]"), "(no error)");
}

TEST_F(BrandCheck, ACommandOfItsOwnHasANameOfItsOwn) {
  write_file(tmp_.path() + "/file", "");
  says("[[commands]]\nname = \"update\"\nfile = \"file\"\nsummary = \"s\"",
       "brand.toml:3:8: commands[0].name: ", "there is a command 'update' already");
}

TEST_F(BrandCheck, TheDefaultStackIsCompiledFromTheRecipesOfTheBrand) {
  write_file(tmp_.path() + "/own/snake.yaml", kRecipe);
  write_file(tmp_.path() + "/s.yaml", "name: s\npackages:\n  snake:\n");
  EXPECT_EQ(error("collections = [\"own\"]\ndefault_stack = \"s.yaml\""), "(no error)");
  says("default_stack = \"s.yaml\"", tmp_.path() + "/s.yaml:3:3: ", "snake");
  says("default_stack = \"s.yaml\"", "", "while looking at the default_stack of brand.toml:2");
}

TEST_F(BrandCheck, ADefaultStackThatIsNoneIsWrongUsage) {
  write_file(tmp_.path() + "/text", "no stack\n");
  write_file(tmp_.path() + "/none.yaml", "name: s\npackages:\n");
  write_file(tmp_.path() + "/dirs.yaml", "name: s\npackage_dirs: [.]\npackages:\n  lua:\n");
  says("default_stack = \"text\"", "", "expected a stack");
  says("default_stack = \"none.yaml\"", "brand.toml:2:17: default_stack: ", "names no packages");
  says("default_stack = \"dirs.yaml\"", "brand.toml:2:17: default_stack: ", "package_dirs");
}

} // namespace
} // namespace hdist
