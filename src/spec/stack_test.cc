#include "spec/stack.h"

#include "base/dir.h"
#include "data/json.h"
#include "testing/testing.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace hdist {
namespace {

class StackTest : public ::testing::Test {
protected:
  StackTest() {
    options_.platform = {"linux", "x86_64", "x86-64", "glibc-2.36"};
    options_.tool = [](const std::string& role, const std::string& program) {
      return ToolIdentity{"/usr/bin/" + (program.empty() ? role : program),
                          "test/" + role + program};
    };
    options_.collections = {tmp_.path() + "/recipes"};
  }

  void recipe(const std::string& name, const std::string& more = "") {
    write_file(tmp_.path() + "/recipes/" + name + ".yaml",
               "name: " + name +
                   "\nversion: 1\ndescription: x\nhomepage: https://example.org\nlicense: MIT\n" +
                   more);
  }
  StackFile stack(const std::string& text) {
    write_file(tmp_.path() + "/stack.yaml", text);
    return read_stack(tmp_.path() + "/stack.yaml");
  }
  std::string error_of(const std::string& text) {
    return message_of([&] { compile_stack(stack(text), options_); });
  }

  TempDir tmp_;
  CompileOptions options_;
};

TEST_F(StackTest, EverythingReachableIsInTheGraphDependenciesFirst) {
  recipe("c");
  recipe("b", "dependencies: {run: [c]}\n");
  recipe("a", "dependencies: {build: [b]}\n");
  Compiled compiled = compile_stack(stack("name: s\npackages:\n  a:\n"), options_);
  std::vector<std::string> names;
  for (const CompiledPackage& package : compiled.packages)
    names.push_back(package.name + (package.requested ? "!" : ""));
  EXPECT_EQ(names, (std::vector<std::string>{"c", "b", "a!"}));
  EXPECT_NE(compiled.graph.find("build:b"), nullptr);
  EXPECT_EQ(compiled.files.size(), 4u);
}

TEST_F(StackTest, ACircleOfPackagesIsShown) {
  recipe("a", "dependencies: {build: [b]}\n");
  recipe("b", "dependencies: {run: [a]}\n");
  EXPECT_NE(error_of("name: s\npackages:\n  a:\n").find("a -> b -> a"), std::string::npos);
}

TEST_F(StackTest, AnUnknownPackageIsShownWhereItStands) {
  recipe("lua");
  std::string text = error_of("name: s\npackages:\n  lau:\n");
  EXPECT_NE(text.find("stack.yaml:3:"), std::string::npos) << text;
  EXPECT_NE(text.find("is 'lua' meant?"), std::string::npos) << text;
}

TEST_F(StackTest, AGlobalParameterReachesWhoHasItAndMustReachSomebody) {
  recipe("a", "parameters: {level: 1}\nbuild_stages:\n- {name: make, args: [\"L={{level}}\"]}\n");
  recipe("b");
  Compiled compiled =
      compile_stack(stack("name: s\nparameters: {level: 7}\npackages:\n  a:\n  b:\n"), options_);
  EXPECT_NE(canonical_json(compiled.graph.to_value()).find("L=7"), std::string::npos);
  EXPECT_NE(
      error_of("name: s\nparameters: {levle: 7}\npackages:\n  a:\n").find("is 'level' meant?"),
      std::string::npos);
}

TEST_F(StackTest, ABaseCannotBeListed) {
  write_file(tmp_.path() + "/recipes/base.yaml", "name: base\nabstract: true\n");
  EXPECT_NE(error_of("name: s\npackages:\n  base:\n").find("is a base for recipes"),
            std::string::npos);
}

TEST_F(StackTest, BadStacksAreDocumentErrors) {
  EXPECT_NE(error_of("").find("is empty"), std::string::npos);
  EXPECT_NE(error_of("name: s\npackages: [a]\n").find("expected a map"), std::string::npos);
  EXPECT_NE(error_of("name: ../s\npackages:\n").find("name"), std::string::npos);
  EXPECT_NE(error_of("name: s\npackges:\n").find("packages"), std::string::npos);
  EXPECT_NE(
      message_of([&] { read_stack(tmp_.path() + "/none.yaml"); }).find("there is no stack file"),
      std::string::npos);
}

TEST_F(StackTest, AStackFileMayBeALinkAndItsDirectoriesAreBesideTheFileItself) {
  write_file(tmp_.path() + "/far/s.yaml", "name: s\npackage_dirs: [own]\npackages:\n  x:\n");
  write_file(tmp_.path() + "/far/own/none", "");
  Dir::open(tmp_.path()).make_symlink("far/s.yaml", "stack.yaml");
  StackFile stack = read_stack(tmp_.path() + "/stack.yaml");
  EXPECT_EQ(stack.path, tmp_.path() + "/stack.yaml");
  EXPECT_EQ(stack.package_dirs, std::vector<std::string>{tmp_.path() + "/far/own"});
}

TEST_F(StackTest, ADirectoryIsNoStackFile) {
  for (const std::string& path : {std::string("/"), std::string("."), tmp_.path()})
    EXPECT_NE(message_of([&] { read_stack(path); }).find("is a directory"), std::string::npos)
        << path;
}

TEST_F(StackTest, ARoleThatNobodyAsksForIsAnErrorUnlessItIsAUsualOne) {
  recipe("a", "toolchain: [cc, bison]\n");
  std::string text = error_of("name: s\ntoolchain: {cx: clang}\npackages:\n  a:\n");
  EXPECT_NE(text.find("stack.yaml:2:13: toolchain.cx: "), std::string::npos) << text;
  EXPECT_NE(text.find("is 'cc' meant?"), std::string::npos) << text;
  EXPECT_EQ(error_of("name: s\ntoolchain: {cxx: c, fc: f, bison: b}\npackages:\n  a:\n"),
            "(no error)");
}

TEST_F(StackTest, TheNearestStackAboveIsFound) {
  stack("name: s\npackages:\n");
  write_file(tmp_.path() + "/a/b/x", "");
  EXPECT_EQ(find_stack(tmp_.path() + "/a/b"), tmp_.path() + "/stack.yaml");
}

} // namespace
} // namespace hdist
