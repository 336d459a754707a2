// The commands for use inside build jobs.
#include "base/error.h"
#include "ops/postprocess_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"

#include <fmt/format.h>

namespace hdist {

namespace {

int postprocess_action(Cli& cli, const Arguments& arguments) {
  PostprocessOpRequest request;
  request.path = arguments.value_or("--path", "");
  request.relative_rpath = arguments.flag("--relative-rpath");
  request.relative_symlinks = arguments.flag("--relative-symlinks");
  request.remove_libtool = arguments.flag("--remove-libtool");
  PostprocessReport report = postprocess_artifact(cli.session(), request);
  if (cli.json())
    cli.print_json(to_value(report));
  else
    cli.print(
        fmt::format("{} run paths set ({} by patchelf), {} links made relative, {} files removed\n",
                    report.run_paths, report.by_patchelf, report.links, report.removed));
  return 0;
}

} // namespace

CliCommand postprocess_command() {
  return {{"build-postprocess",
           "in jobs",
           "make an artifact relocatable at the end of its build",
           "Works on $ARTIFACT, inside a job only.",
           {},
           {{"--relative-rpath", "", "",
             "set the run paths of programs and libraries, relative to themselves", false},
            {"--relative-symlinks", "", "",
             "turn absolute links within the store into relative ones", false},
            {"--remove-libtool", "", "", "remove *.la files, which hold absolute paths", false},
            {"--path", "", "DIRECTORY", "work on this directory instead", false}},
           "",
           {}},
          postprocess_action};
}

} // namespace hdist
