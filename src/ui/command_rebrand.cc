// The command rebrand.
#include "ops/rebrand_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"

namespace hdist {

namespace {

int rebrand_action(Cli& cli, const Arguments& arguments) {
  if (arguments.value_or("--output", "").empty())
    throw Error(ErrorKind::usage, "usage.missing-argument", "'rebrand' needs --output PATH");
  RebrandResponse response =
      rebrand(cli.session(), {*arguments.value("FILE"), arguments.value_or("--output", "")});
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(response.path + "\n");
  return 0;
}

} // namespace

CliCommand rebrand_command() {
  return {
      {"rebrand",
       "self",
       "make a distribution's own program of this one",
       "FILE (brand.toml) says the name of the command and what else is to be different. PATH "
       "becomes an installation with its own command, config file and Python package, which "
       "runs at any place it is moved to; or an archive of it, when PATH ends in .tar.gz, .tgz, "
       ".tgz, .tar.xz, .tar.zst or .tar.",
       {{"FILE", "the brand", true, false}},
       {{"--output", "-o", "PATH", "the directory or archive to make", false}},
       "",
       {"rebrand brand.toml --output build/qsnake", "rebrand brand.toml --output qsnake.tar.gz"}},
      rebrand_action};
}

} // namespace hdist
