// The command rebrand.
#include "ops/rebrand_op.h"
#include "ops/version.h"
#include "ui/cli.h"
#include "ui/command_list.h"
#include "ui/help_files.h"

namespace hdist {

namespace {

int rebrand_action(Cli& cli, const Arguments& arguments) {
  if (arguments.value_or("--output", "").empty())
    throw Error(ErrorKind::usage, "usage.missing-argument", "'rebrand' needs --output DIR");
  RebrandResponse response =
      rebrand(cli.session(), {*arguments.value("FILE"), arguments.value_or("--output", ""),
                              [](const Brand& brand, const std::string& share) {
                                write_help_files(brand, kVersion, share);
                              }});
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(response.path + "\n");
  return 0;
}

} // namespace

CliCommand rebrand_command() {
  return {{"rebrand",
           "self",
           "make a distribution's own program of this one",
           "FILE (brand.toml) says the name of the command and what else is to be different. DIR "
           "becomes an installation with its own command, config file and Python package, which "
           "runs at any place it is moved to.",
           {{"FILE", "the brand", true, false}},
           {{"--output", "-o", "DIR", "the directory to make", false}},
           "",
           {"rebrand brand.toml --output build/qsnake"}},
          rebrand_action};
}

} // namespace hdist
