#include "ui/help.h"

#include "base/text.h"
#include "testing/testing.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(Help, TheOverviewFitsAScreenAndNamesEveryCommand) {
  std::string text = overview_help(Brand());
  std::vector<std::string> lines = split(text, '\n');
  EXPECT_LE(lines.size(), 60u);
  for (const std::string& line : lines)
    EXPECT_LE(line.size(), 80u) << line;
  for (const CliCommand& command : commands())
    EXPECT_TRUE(text.find("  " + command.info.name + " ") != std::string::npos ||
                text.find("  " + command.info.name + "\n") != std::string::npos)
        << command.info.name;
}

TEST(Help, CommandsOfOneGroupStandTogether) {
  std::vector<std::string> groups;
  for (const CliCommand& command : commands())
    if (groups.empty() || groups.back() != command.info.group) groups.push_back(command.info.group);
  std::vector<std::string> sorted = groups;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(std::unique(sorted.begin(), sorted.end()), sorted.end());
}

TEST(Help, EveryOptionIsInHelpManualPageAndCompletion) {
  std::string bash = completion_script(Brand(), "bash"), fish = completion_script(Brand(), "fish");
  for (const CliCommand& command : commands()) {
    std::string help = command_help(Brand(), command.info);
    std::string man = replace_all(man_page(Brand(), "1", &command.info), "\\-", "-");
    for (const OptionInfo& option : command.info.options) {
      EXPECT_NE(help.find(option.name), std::string::npos) << option.name;
      EXPECT_NE(man.find(option.name), std::string::npos) << option.name;
      EXPECT_NE(bash.find(option.name), std::string::npos) << option.name;
      EXPECT_NE(fish.find("-l " + option.name.substr(2)), std::string::npos) << option.name;
    }
    for (const std::string& line : split(help, '\n'))
      EXPECT_LE(line.size(), 80u) << line;
  }
}

TEST(Help, WordsToChooseFromAreInEveryCompletion) {
  std::string zsh = completion_script(Brand(), "zsh"), fish = completion_script(Brand(), "fish");
  EXPECT_NE(completion_script(Brand(), "bash").find("    profile) words=\"list link unlink info "),
            std::string::npos);
  EXPECT_NE(zsh.find("'1:VERB:(list link unlink info)'"), std::string::npos) << zsh;
  EXPECT_NE(fish.find("__fish_seen_subcommand_from list link unlink info' -f -a 'list link "
                      "unlink info'"),
            std::string::npos)
      << fish;
}

TEST(Help, NamesOfProfilesAreOfferedWhereOneMayStand) {
  const std::string bash = completion_script(Brand(), "bash"),
                    zsh = completion_script(Brand(), "zsh"),
                    fish = completion_script(Brand(), "fish");
  for (const std::string command : {"run", "shell", "env", "makeprofile"}) {
    const std::size_t line = bash.find("    " + command + ") words=");
    const std::string words = bash.substr(line, bash.find('\n', line) - line);
    EXPECT_NE(words.find("profiles=yes"), std::string::npos) << words;
    EXPECT_NE(fish.find("subcommand_from " + command + "' -a '(hdist profile list --names"),
              std::string::npos);
  }
  EXPECT_NE(zsh.find(" 1:PROFILE:_hdist_profiles "), std::string::npos) << zsh;
  EXPECT_NE(zsh.find(" 2:NAME:_hdist_profiles "), std::string::npos) << zsh;
  EXPECT_EQ(fish.find("subcommand_from fetch' -a"), std::string::npos);
}

TEST(Help, ABrandSaysItsOwnName) {
  Brand brand;
  brand.program = "qsnake";
  brand.title = "QSnake";
  for (const CliCommand& command : commands())
    for (const std::string& text :
         {command_help(brand, command.info), man_page(brand, "1", &command.info),
          overview_help(brand), completion_script(brand, "bash")})
      EXPECT_EQ(text.find("hdist "), std::string::npos) << text;
}

TEST(Help, AnUnknownShellIsAnError) {
  EXPECT_NE(message_of([] { completion_script(Brand(), "tcsh"); }).find("bash, zsh and fish"),
            std::string::npos);
}

} // namespace
} // namespace hdist
