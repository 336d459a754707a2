#include "ui/brand_command.h"

#include "testing/testing.h"
#include "ui/command.h"
#include "ui/help.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hdist {
namespace {

Brand charming() {
  Brand brand;
  brand.program = "q";
  brand.title = "Snakes";
  brand.hidden_commands = {"gc"};
  brand.commands = {{"charm", "play to a snake"}};
  brand.update_address = "https://q.example.org/new";
  return brand;
}

bool has(const std::vector<CliCommand>& commands, const std::string& name) {
  return std::any_of(commands.begin(), commands.end(),
                     [&](const CliCommand& command) { return command.info.name == name; });
}

TEST(BrandCommand, OnlyItsOwnNamesAreItsCommands) {
  EXPECT_TRUE(is_brand_command(charming(), "charm"));
  EXPECT_FALSE(is_brand_command(charming(), "gc"));
  EXPECT_FALSE(is_brand_command(Brand(), "charm"));
}

TEST(BrandCommand, HiddenOnesWorkAndAreNotShown) {
  EXPECT_TRUE(has(commands_of(charming()), "gc"));
  EXPECT_FALSE(has(shown_commands(charming()), "gc"));
  EXPECT_TRUE(has(shown_commands(charming()), "charm"));
  std::string text = overview_help(charming());
  EXPECT_NE(text.find("\nSnakes\n  charm             play to a snake\n"), std::string::npos)
      << text;
  EXPECT_EQ(text.find("\n  gc "), std::string::npos);
  EXPECT_NE(text.find("Newer versions are at https://q.example.org/new"), std::string::npos);
  for (const char* shell : {"bash", "zsh", "fish"}) {
    std::string script = completion_script(charming(), shell);
    EXPECT_NE(script.find("charm"), std::string::npos) << shell;
    EXPECT_EQ(script.find("\n    gc)"), std::string::npos) << shell;
  }
}

TEST(BrandCommand, NamesThatAreNoneOrTakenAreErrors) {
  Brand brand;
  brand.hidden_commands = {"udpate"};
  EXPECT_NE(message_of([&] { commands_of(brand); }).find("is 'update' meant?"), std::string::npos);
  brand.hidden_commands.clear();
  brand.commands = {{"update", "x"}};
  EXPECT_NE(message_of([&] { commands_of(brand); }).find("a command 'update' already"),
            std::string::npos);
}

TEST(BrandCommand, WhatCannotBeRunIsNamed) {
  EXPECT_NE(message_of([] {
              run_brand_command(charming(), "/none/lib/q/q", {"charm"});
            }).find("cannot run /none/lib/q/commands/charm: no such file"),
            std::string::npos);
}

} // namespace
} // namespace hdist
