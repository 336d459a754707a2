#include "config/brand_file.h"

#include "base/error.h"
#include "data/json.h"
#include "data/toml.h"
#include "testing/testing.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

BrandFile read(const std::string& text) {
  return read_brand_file(read_toml("brand.toml", text), Brand(), "/home/me");
}

std::string error_of(const std::string& text) {
  return message_of([&] { read(text); });
}

TEST(BrandFile, AllElseFollowsFromTheName) {
  Brand brand = read("name = \"qsnake-hdist\"\n").brand;
  EXPECT_EQ(brand.program, "qsnake-hdist");
  EXPECT_EQ(brand.title, "qsnake");
  EXPECT_EQ(brand.env_prefix, "QSNAKE_");
  EXPECT_EQ(brand.config_file, "~/.qsnakeconfig");
  EXPECT_EQ(brand.root, "~/.qsnake");
  EXPECT_EQ(brand.config_section, "qsnake");
  EXPECT_EQ(brand.python_package, "qsnake.hashdist");
  EXPECT_EQ(brand.sources_root, "~/.qsnake");
  EXPECT_EQ(brand.artifacts_root, "~/.qsnake");
}

TEST(BrandFile, StoresAreSharedAsItSays) {
  Brand both = read("name = \"q\"\nshare = \"sources,artifacts\"\n").brand;
  EXPECT_EQ(both.sources_root, "~/.hashdist");
  EXPECT_EQ(both.artifacts_root, "~/.hashdist");
  Brand one = read("name = \"q\"\nshare = \"sources\"\n").brand;
  EXPECT_EQ(one.sources_root, "~/.hashdist");
  EXPECT_EQ(one.artifacts_root, "~/.q");
  for (const char* share : {"artifacts", "all", "sources,sources,artifacts", ""})
    EXPECT_NE(error_of("name = \"q\"\nshare = \"" + std::string(share) + "\"\n")
                  .find("expected \"sources,artifacts\""),
              std::string::npos)
        << share;
}

TEST(BrandFile, NamesThatArePathsOrTakenAreRefused) {
  for (const char* name : {"../x", "a/b", "", "hdist", "hit", "-x", "X", "a b", "x-"})
    EXPECT_THROW(
        {
          try {
            read("name = \"" + std::string(name) + "\"\n");
          } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::refused);
            throw;
          }
        },
        Error)
        << name;
}

TEST(BrandFile, WrongFieldsAreShownWithTheirLine) {
  EXPECT_TRUE(error_of("name = \"Q\"\n").starts_with("brand.toml:1:8: name: \"Q\" cannot be"));
  EXPECT_TRUE(error_of("title = \"x\"\n").find("name") != std::string::npos);
  EXPECT_TRUE(error_of("name = \"q\"\ntilte = \"x\"\n").starts_with("brand.toml:2:1: "));
  EXPECT_TRUE(error_of("name = \"q\"\nroot = \"x\"\n").starts_with("brand.toml:2:8: root: "));
  EXPECT_NE(error_of("name = \"q\"\npython_package = \"../x\"\n"), "(no error)");
  EXPECT_NE(error_of("name = \"q\"\nsection = \"a]\"\n"), "(no error)");
}

TEST(BrandFile, PlacesOfTheCommonOneAreNotTakenOver) {
  for (const char* line :
       {"config = \"~/.hashdistconfig\"", "config = \"/home/me/.hashdistconfig\"",
        "config = \"~/./.hashdistrc\"", "old_config = \"~/.hashdistrc\"",
        "system_config = \"/etc/hashdistconfig\"", "root = \"~/.hashdist\"",
        "root = \"~/x/../.hashdist/\"", "root = \"~/.hashdist/artifacts/q\""}) {
    const std::string error = error_of("name = \"q\"\nshare = \"sources\"\n" + std::string(line));
    EXPECT_TRUE(error.starts_with("brand.toml:3:")) << error;
    EXPECT_NE(error.find("of hdist: expected one of its own"), std::string::npos) << error;
  }
  // What follows from a name is an error of the name.
  EXPECT_TRUE(error_of("name = \"hashdist\"\n").starts_with("brand.toml:1:8: name: "));
  Brand own;
  own.config_file = "~/.ownconfig";
  EXPECT_NE(message_of([&] {
              read_brand_file(read_toml("brand.toml", "name = \"q\"\nconfig = \"~/.ownconfig\"\n"),
                              own, "/");
            }).find("config: "),
            std::string::npos);
}

TEST(BrandFile, ARootIsAFolderForTheDistributionAlone) {
  for (const char* root : {"/", "~/", "~/.", "~/x/..", "/home/me", "/usr/local", "/proc/self"}) {
    const std::string error = error_of("name = \"q\"\nroot = \"" + std::string(root) + "\"\n");
    EXPECT_TRUE(error.starts_with("brand.toml:2:8: root: \"" + std::string(root) + "\" holds"))
        << error;
    EXPECT_NE(error.find("expected a folder for it alone"), std::string::npos) << error;
  }
  Brand own;
  own.root = "~/a/.own";
  EXPECT_NE(message_of([&] {
              read_brand_file(read_toml("brand.toml", "name = \"q\"\nroot = \"~/a\"\n"), own,
                              "/home/me");
            }).find("\"~/a\" holds the root of hdist"),
            std::string::npos);
  EXPECT_EQ(read("name = \"q\"\nroot = \"/opt/q\"\n").brand.root, "/opt/q");
}

TEST(BrandFile, ConfigFilesAreOfItsOwn) {
  const auto says = [](const std::string& line, const std::string& expected) {
    const std::string error = error_of("name = \"python-snake\"\n" + line);
    EXPECT_TRUE(error.starts_with("brand.toml:2:")) << error;
    EXPECT_NE(error.find(expected), std::string::npos) << error;
  };
  says("config = \"/etc/passwd\"", "\"/etc/passwd\" is no file of the user's");
  says("old_config = \"/etc/snake\"", "that of a site is system_config");
  says("system_config = \"~/.snakeconfig\"", "\"~/.snakeconfig\" is a file of one user");
  says("system_config = \"/etc/passwd\"", "expected one with \"python\" or \"snake\" in its name");
  says("config = \"~/.bashrc\"", "may be a file of another program");
  says("config = \"~/.snake/\"", "may be a file of another program");
  says("config = \"~/../snake\"", "expected a path without \"..\"");
  says("python_package = \"snake.class\"", "expected a name without \"class\"");
  says("config = \"~/snake\\u001b\"", "expected an absolute path, or one that starts with ~/");
  EXPECT_EQ(error_of("name = \"python-snake\"\nconfig = \"~/.config/Snake/settings\"\n"
                     "system_config = \"/opt/python/etc/config\"\n"),
            "(no error)");
}

TEST(BrandFile, VariablesOfOtherProgramsAreNotTaken) {
  for (const char* prefix : {"HDIST_", "LD_", "GIT_", "PYTHON_", "HASHDIST_", "R_"}) {
    const std::string error =
        error_of("name = \"q\"\nenv_prefix = \"" + std::string(prefix) + "\"\n");
    EXPECT_TRUE(error.starts_with("brand.toml:2:14: env_prefix: \"" + std::string(prefix)))
        << error;
    EXPECT_NE(error.find("begins variables of other programs"), std::string::npos) << error;
  }
  for (const char* prefix : {"PYTHON", "PATH", "", "_", "q_", "Q-", "1_", "Q_ "})
    EXPECT_NE(error_of("name = \"q\"\nenv_prefix = \"" + std::string(prefix) + "\"\n")
                  .find("expected capital letters, digits and '_', with a '_' at the end"),
              std::string::npos)
        << prefix;
  // What follows from a name is an error of the name.
  EXPECT_TRUE(
      error_of("name = \"git-hdist\"\n").starts_with("brand.toml:1:8: name: the env_prefix"));
  EXPECT_EQ(error_of("name = \"git-hdist\"\nenv_prefix = \"GITS_\"\n"), "(no error)");
}

TEST(BrandFile, TextsAreOneLineForATerminal) {
  for (const char* field : {"title", "tagline", "issues", "updates"})
    for (const char* text : {"a\\nb", "\\u001b[2J", "a\\u202eb", "\\u0007"}) {
      const std::string error =
          error_of("name = \"q\"\n" + std::string(field) + " = \"" + text + "\"\n");
      EXPECT_TRUE(error.starts_with("brand.toml:2:")) << error;
      EXPECT_NE(error.find("without control characters"), std::string::npos) << error;
    }
  EXPECT_NE(error_of("name = \"q\"\ntitle = \" \"\n").find("expected some words"),
            std::string::npos);
  EXPECT_NE(error_of("name = \"q\"\n[[commands]]\nname = \"a\"\nfile = \"f\"\n"
                     "summary = \"x\\ty\"\n")
                .find("brand.toml:5:11: commands[0].summary: "),
            std::string::npos);
  EXPECT_EQ(read("name = \"q\"\ntitle = \"Ünïcode\"\n").brand.title, "Ünïcode");
}

TEST(BrandFile, SectionsThatEveryConfigHasAreNoMainSection) {
  for (const char* section : {"hashdist", "sources", "builder", "profiles", "gc", "site"}) {
    const std::string error =
        error_of("name = \"q\"\nsection = \"" + std::string(section) + "\"\n");
    EXPECT_TRUE(error.starts_with("brand.toml:2:11: section: ")) << error;
  }
  EXPECT_TRUE(error_of("name = \"builder-hdist\"\n").starts_with("brand.toml:1:8: name: "));
}

TEST(BrandFile, PythonsOwnModulesAreNotHidden) {
  for (const char* name : {"os", "json.hashdist", "sys", "zoneinfo", "asyncio.x", "hashdist",
                           "hashdist.q", "hashdistlib"}) {
    const std::string error =
        error_of("name = \"q\"\npython_package = \"" + std::string(name) + "\"\n");
    EXPECT_TRUE(error.starts_with("brand.toml:2:18: python_package: ")) << error;
  }
  EXPECT_TRUE(error_of("name = \"json-hdist\"\n").starts_with("brand.toml:1:8: name: "));
  EXPECT_EQ(read("name = \"q\"\npython_package = \"snake.os\"\n").brand.python_package, "snake.os");
}

TEST(BrandFile, CommandsAreAddedAndHidden) {
  BrandFile file = read("name = \"q\"\nhide = [\"gc\"]\ndefault_stack = \"s.yaml\"\n"
                        "updates = \"https://q\"\n[[commands]]\nname = \"charm\"\n"
                        "file = \"charm.sh\"\nsummary = \"play\"\n");
  EXPECT_EQ(file.brand.hidden_commands, std::vector<std::string>{"gc"});
  EXPECT_EQ(file.default_stack, "s.yaml");
  EXPECT_TRUE(file.brand.has_default_stack);
  EXPECT_EQ(file.brand.update_address, "https://q");
  ASSERT_EQ(file.brand.commands.size(), 1u);
  EXPECT_EQ(file.brand.commands[0].name, "charm");
  EXPECT_EQ(file.command_files, std::vector<std::string>{"charm.sh"});
  EXPECT_FALSE(read("name = \"q\"\n").brand.has_default_stack);
}

TEST(BrandFile, CommandsThatAreNoWordsAreErrors) {
  auto error = [](const std::string& name) {
    return error_of("name = \"q\"\n[[commands]]\nname = \"" + name +
                    "\"\nfile = \"f\"\nsummary = \"s\"\n");
  };
  for (const char* name : {"../x", "a/b", "", "-x", "X", "a b"})
    EXPECT_TRUE(error(name).starts_with("brand.toml:3:8: commands[0].name: ")) << error(name);
  EXPECT_EQ(error("ok"), "(no error)");
  std::string twice =
      error_of("name = \"q\"\ncommands = [{name = \"a\", file = \"f\", summary = \"s\"}, "
               "{name = \"a\", file = \"f\", summary = \"s\"}]\n");
  EXPECT_NE(twice.find("twice"), std::string::npos) << twice;
}

TEST(BrandFile, TheProgramFindsItsBrandBesideItself) {
  TempDir tmp;
  std::string program = tmp.path() + "/lib/q/q";
  EXPECT_EQ(installed_brand(program).program, "hdist");
  Brand brand = read("name = \"q\"\nissues = \"https://q\"\nhide = [\"gc\"]\n"
                     "commands = [{name = \"a\", file = \"f\", summary = \"s\"}]\n")
                    .brand;
  write_file(tmp.path() + "/share/q/brand.json", pretty_json(to_value(brand)));
  EXPECT_EQ(to_value(installed_brand(program)), to_value(brand));
  write_file(tmp.path() + "/share/q/brand.json", "{\"version\": 2}");
  EXPECT_NE(message_of([&] { installed_brand(program); }).find("the only version"),
            std::string::npos);
}

} // namespace
} // namespace hdist
