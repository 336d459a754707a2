#include "ui/help_files.h"

#include "testing/testing.h"
#include "ui/command.h"

#include <gtest/gtest.h>

namespace hdist {
namespace {

TEST(HelpFiles, EachCommandHasItsPageAndEachShellItsCompletion) {
  TempDir tmp;
  Brand brand;
  brand.program = "qsnake";
  write_help_files(brand, "1.2", tmp.path() + "/share");
  EXPECT_TRUE(read_file(tmp.path() + "/share/man/man1/qsnake.1").starts_with(".TH QSNAKE 1"));
  for (const CliCommand& command : commands())
    EXPECT_NE(read_file(tmp.path() + "/share/man/man1/qsnake-" + command.info.name + ".1")
                  .find(".B qsnake "),
              std::string::npos);
  for (const char* file : {"bash-completion/completions/qsnake", "zsh/site-functions/_qsnake",
                           "fish/vendor_completions.d/qsnake.fish"})
    EXPECT_NE(read_file(tmp.path() + "/share/" + file).find("qsnake"), std::string::npos) << file;
  EXPECT_TRUE(
      read_file(tmp.path() + "/share/zsh/site-functions/_qsnake").starts_with("#compdef qsnake\n"));
}

} // namespace
} // namespace hdist
