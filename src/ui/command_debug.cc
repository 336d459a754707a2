// The developer's loop: debug, unpack-build.
#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "ops/debug_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"
#include "ui/error_text.h"

#include <fmt/format.h>
#include <unistd.h>

namespace hdist {

namespace {

constexpr int kOwnFailure = 125; // these three as `run` has them
constexpr int kCannotRun = 126;
constexpr int kNotFound = 127;

int diff_action(Cli& cli, const Arguments& arguments) {
  const PatchResponse response =
      patch_of_build(cli.session(), {arguments.value("NAME"), arguments.values("--add")});
  const SourcePatch& patch = response.patch;
  if (cli.json()) {
    cli.print_json(to_value(response));
    return 0;
  }
  // Files may hold commands for the terminal; a pipe gets them as they are.
  cli.print(::isatty(STDOUT_FILENO) == 1 ? printable_lines(patch.text) : patch.text);
  if (!patch.new_files.empty())
    cli.events().notice(fmt::format("new, and not in the patch (--add FILE puts one in): {}",
                                    printable(join_first(10, patch.new_files, ", "))));
  if (!patch.others.empty())
    cli.events().notice(fmt::format("changed in what no patch can say (modes, links, no text): {}",
                                    printable(join_first(10, patch.others, ", "))));
  if (patch.text.empty() && patch.others.empty()) cli.events().notice("no source file was changed");
  return 0;
}

std::string shell_prompt(const std::string& name) {
  return "[" + name + " \\w]\\$ ";
}

/// A shell that reads no start-up file: the variables are the job's.
std::vector<std::string> shell_words() {
  if (find_program("/bin/bash", "")) return {"/bin/bash", "--norc", "--noprofile", "-i"};
  return {"/bin/sh", "-i"};
}

/// The exit code, as of `run`.
int run_in(Cli& cli, const OpenedBuild& opened, const JobCommand& where,
           const std::vector<std::string>& words) {
  try {
    const ExitStatus status = opened.run(where, words, cli.session().stop());
    if (cli.interrupted()) throw Error(ErrorKind::interrupted, "interrupted", "interrupted");
    constexpr int kBySignal = 128;
    return status.signal != 0 ? kBySignal + status.signal : status.exit_code;
  } catch (const Error& error) {
    if (error.code() != "process.not-found" && error.code() != "process.not-executable") throw;
    cli.report(error);
    return error.code() == "process.not-found" ? kNotFound : kCannotRun;
  }
}

int debug_action(Cli& cli, const Arguments& arguments) {
  const bool has_command = !arguments.rest().empty();
  if (arguments.flag("--diff") && has_command)
    throw Error(ErrorKind::usage, "usage.invalid", "--diff runs no command");
  if (arguments.flag("--diff")) return diff_action(cli, arguments);
  if (!arguments.values("--add").empty())
    throw Error(ErrorKind::usage, "usage.invalid", "--add is for --diff");
  if (!has_command && ::isatty(STDIN_FILENO) != 1)
    throw Error(ErrorKind::usage, "debug.no-terminal",
                "'debug' starts a shell, and standard input is no terminal; give a command after "
                "--");
  Session& session = cli.session();
  const std::unique_ptr<OpenedBuild> opened = open_build(session, arguments.value("NAME"));
  Builder& builder = session.builder();
  JobCommand where = opened->stopped_at([&](const ArtifactId& id) { return builder.find(id); });
  cli.leave_keys();
  if (has_command) {
    const int code = run_in(cli, *opened, where, arguments.rest());
    opened->close();
    return code;
  }
  const std::string name = opened->spec().id().short_text();
  const std::string command = command_line(where, cli.brand().program);
  cli.events().notice(fmt::format(
      "{}{}; leave with 'exit'\n  then go on:      {}\n  the patch:       {}", name,
      command.empty() ? ": its job ended well" : " stopped at: " + cut(command, 200),
      cli.command_text("build --resume " + name), cli.command_text("debug --diff " + name)));
  Env& env = where.command.env;
  for (const char* variable : {"TERM", "COLORTERM"}) // only the shell needs them
    if (const std::optional<std::string> value = session.environment().get(variable))
      env.set(variable, *value);
  env.set("PS1", shell_prompt(name));
  run_in(cli, *opened, where, shell_words());
  opened->close();
  return 0;
}

int unpack_build_action(Cli& cli, const Arguments& arguments) {
  const UnpackBuildResponse response =
      unpack_build(cli.session(), {*arguments.value("BUILD"), *arguments.value("DIR")});
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(response.path + "\n");
  return 0;
}

} // namespace

CliCommand debug_command() {
  return {{"debug",
           "repair",
           "look into a failed build, where it failed",
           "Opens a shell in the kept directory of a build, the last that failed or NAME, before "
           "the command that failed, with exactly the variables of the job and with what it had "
           "installed at its path. With a command after -- that runs instead, and the exit code "
           "is its own (125: {program} itself failed). 'build --resume' goes on from there.\n"
           "--diff prints what was changed there since, as a patch against the sources "
           "(patch -p1), without what the build itself changed.",
           {{"NAME", "id, name/PREFIX or name of the build", false, false}},
           {{"--diff", "", "", "print the changes as a patch instead", false},
            {"--add", "", "FILE", "also put this new file into the patch", true}},
           "COMMAND",
           {"debug", "debug lua -- make V=1", "debug lua --diff > fix.patch"}},
          debug_action,
          kOwnFailure};
}

CliCommand unpack_build_command() {
  return {
      {"unpack-build",
       "plumbing",
       "unpack the sources of a build as its job finds them",
       "BUILD is a build spec (a file), a build that failed, or an artifact. DIR is new, or an "
       "empty directory; it appears complete or not at all.",
       {{"BUILD", "spec, id, name/PREFIX or name", true, false}, {"DIR", "where to", true, false}},
       {},
       "",
       {"unpack-build lua ./lua-tree"}},
      unpack_build_action};
}

} // namespace hdist
