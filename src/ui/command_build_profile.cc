// The command makebuildprofile.
#include "base/process_look.h"
#include "ops/build_profile_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"
#include "ui/input.h"

namespace hdist {

namespace {

constexpr int64_t kSpecLimit = 64 << 20;

int makebuildprofile_action(Cli& cli, const Arguments& arguments) {
  MakeBuildProfileRequest request;
  // In a job standard input is empty: it means its own imports.
  if (arguments.value("SPEC") || !cli.session().in_job()) {
    InputText input =
        read_input(arguments, "SPEC", {"a build spec (JSON)", "build.no-spec", kSpecLimit});
    request.spec = SpecRequest{std::move(input.name), std::move(input.text)};
  }
  request.owner = calling_process();
  const MakeBuildProfileResponse response = make_build_profile(cli.session(), request);
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(response.path + "\n");
  return 0;
}

} // namespace

CliCommand makebuildprofile_command() {
  return {{"makebuildprofile",
           "plumbing",
           "make a temporary profile of what a build imports",
           "Prints the path of a profile of all build dependencies of SPEC, and of what they need "
           "to run. It stays until the calling shell has ended, and is removed by the next call "
           "of this command or of gc after that. Inside a job it goes with the job, and without "
           "SPEC it is of the "
           "job's own imports.",
           {{"SPEC", "build spec (JSON); '-' or nothing: standard input", false, false}},
           {},
           "",
           {"makebuildprofile build.json"}},
          makebuildprofile_action};
}

} // namespace hdist
