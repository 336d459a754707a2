// The commands makeprofile and install-artifact.
#include "base/error.h"
#include "base/text.h"
#include "ops/install_op.h"
#include "ops/profile_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"

#include <fmt/format.h>

namespace hdist {

namespace {

/// Names a few of the files.
std::string bound_text(std::vector<std::string> files) {
  constexpr std::size_t kShown = 5;
  std::string more;
  if (files.size() > kShown) {
    more = fmt::format(" and {} more", files.size() - kShown);
    files.resize(kShown);
  }
  for (std::string& file : files)
    file = printable(file);
  return fmt::format("the path of an artifact is compiled into, or meant by, {}{}: these still use "
                     "the store",
                     join(files, ", "), more);
}

int makeprofile_action(Cli& cli, const Arguments& arguments) {
  MakeProfileRequest request;
  request.profile = *arguments.value("PROFILE");
  request.artifacts = arguments.values("ARTIFACT");
  request.no_artifact_symlinks = arguments.flag("--no-artifact-symlinks");
  MakeProfileResponse response = make_profile_of(cli.session(), request);
  if (response.tree && !response.tree->bound.empty())
    cli.events().warning(bound_text(response.tree->bound));
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
       "is the artifact that the job makes.\n"
       "With --no-artifact-symlinks PROFILE becomes a tree that stands alone and may be edited: "
       "files are copied, and run paths, links, and paths of artifacts in text files lead to the "
       "tree. It may be made of any profile, too.",
       {{"PROFILE", "name or path of the profile", true, false, {}, false, true},
        {"ARTIFACT", "id, name/prefix, name or path; a profile's name or path: what it was made of",
         false, true}},
       {{"--no-artifact-symlinks", "", "", "copies instead of links to artifacts", false}},
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
        {"TARGET", "directory to install into; made when it is missing", false, false}},
       {},
       "",
       {"install-artifact lua ~/mytree"}},
      install_artifact_action};
}

} // namespace hdist
