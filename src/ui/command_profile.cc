// The command makeprofile.
#include "base/error.h"
#include "ops/profile_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"

namespace hdist {

namespace {

int makeprofile_action(Cli& cli, const Arguments& arguments) {
  MakeProfileResponse response = make_profile_of(
      cli.session(), {*arguments.value("PROFILE"), arguments.values("ARTIFACT"), "", ""});
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(response.result.link + "\n");
  return 0;
}

} // namespace

CliCommand makeprofile_command() {
  return {{"makeprofile",
           "plumbing",
           "make a profile of artifacts and of what they need to run",
           "PROFILE becomes a symlink to a new generation, switched by one rename. Conflicts are "
           "found before anything is written.",
           {{"PROFILE", "name or path of the profile", true, false},
            {"ARTIFACT", "id, name/prefix or name", true, true}},
           {},
           "",
           {"makeprofile ~/mystack lua tree"}},
          makeprofile_action};
}

} // namespace hdist
