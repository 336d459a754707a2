// The commands makeprofile and install-artifact.
#include "base/error.h"
#include "ops/install_op.h"
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

int install_artifact_action(Cli& cli, const Arguments& arguments) {
  InstallArtifactResponse response = install_artifact_of(
      cli.session(), {arguments.value_or("ARTIFACT", ""), arguments.value_or("TARGET", "")});
  if (cli.json()) cli.print_json(to_value(response));
  return 0;
}

} // namespace

CliCommand makeprofile_command() {
  return {
      {"makeprofile",
       "plumbing",
       "make a profile of artifacts and of what they need to run",
       "PROFILE becomes a symlink to a new generation, switched by one rename. Conflicts are "
       "found before anything is written. Inside a job, where the first word is an id, the profile "
       "is the artifact that the job makes.",
       {{"PROFILE", "name or path of the profile", true, false},
        {"ARTIFACT", "id, name/prefix, name or path; of a profile: what it was made of", false,
         true}},
       {},
       "",
       {"makeprofile ~/mystack lua tree"}},
      makeprofile_action};
}

CliCommand install_artifact_command() {
  return {
      {"install-artifact",
       "plumbing",
       "link one artifact into a directory, by its rules",
       "What a profile does with each of its members. Without arguments, inside the install "
       "command of a package, it installs that package into the profile being made. What is "
       "there already stays; anything else in the way is an error.",
       {{"ARTIFACT", "id, name/prefix, name, or a directory with an install.json", false, false},
        {"TARGET", "directory to install into", false, false}},
       {},
       "",
       {"install-artifact lua ~/mytree"}},
      install_artifact_action};
}

} // namespace hdist
