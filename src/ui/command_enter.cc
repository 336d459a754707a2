// The commands that enter a profile: shell, run, env.
#include "base/error.h"
#include "base/path.h"
#include "base/process.h"
#include "base/text.h"
#include "ops/profile_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"

#include <fmt/format.h>

#include <unistd.h>

namespace hdist {

namespace {

constexpr int kOwnFailure = 125; // as env and nice have it: not taken for the command's own
constexpr int kCannotRun = 126;
constexpr int kNotFound = 127;

/// Replaces this process. Returns the exit code when that is impossible.
int exec_program(Cli& cli, const std::vector<std::string>& argv, const Env& environment,
                 const std::vector<Advice>& advice) {
  cli.release_signals();
  try {
    become(argv, environment);
  } catch (Error& error) {
    for (const Advice& more : advice)
      error.advise(more);
    cli.report(error);
    return error.code() == "process.not-found" ? kNotFound : kCannotRun;
  }
}

Env environment_of(Cli& cli, const Arguments& arguments) {
  return enter_profile(cli.session(), {*arguments.value("PROFILE"), true}).environment;
}

/// How that shell enters once more when it has read the user's start-up files, which may put
/// something in front of PATH. Other shells have no place for it.
std::vector<std::string> shell_command_line(const Paths& paths, const std::string& shell,
                                            const std::string& profile, Env& environment) {
  const std::string name = base_name(shell);
  const std::string enter = join_path(profile, "activate.sh");
  if (name == "fish") {
    const auto quoted = [](const std::string& text) {
      return "'" + replace_all(replace_all(text, "\\", "\\\\"), "'", "\\'") + "'";
    };
    return {shell, "-C",
            fmt::format("{} env --shell fish {} | source", quoted(paths.program), quoted(profile))};
  }
  const bool has_place = name == "bash" || name == "zsh";
  if (!has_place || !real_path_if_exists(enter) || !real_path_if_exists(paths.shell))
    return {shell};
  environment.set("_PROFILE_ENTER", enter);
  if (name == "bash") return {shell, "--rcfile", join_path(paths.shell, "bashrc"), "-i"};
  if (const std::optional<std::string> folder = environment.get("ZDOTDIR"))
    environment.set("_PROFILE_ZDOTDIR", *folder);
  environment.set("ZDOTDIR", join_path(paths.shell, "zsh"));
  return {shell, "-i"};
}

int shell_action(Cli& cli, const Arguments& arguments) {
  EnterResponse entered = enter_profile(cli.session(), {*arguments.value("PROFILE"), true});
  Env environment = std::move(entered.environment);
  environment.set(cli.brand().env_prefix + "PROFILE", *arguments.value("PROFILE"));
  const std::string given = environment.get_or("SHELL", "");
  const std::string shell = given.empty() ? "/bin/sh" : given;
  std::vector<Advice> advice;
  if (!given.empty())
    advice.push_back(
        {fmt::format("SHELL is '{}': set it to a shell, such as /bin/sh.", given), "", {}});
  const std::string profile = entered.profile.generation_path; // held for this process
  return exec_program(cli,
                      ::isatty(STDIN_FILENO) == 1
                          ? shell_command_line(cli.session().paths(), shell, profile, environment)
                          : std::vector<std::string>{shell},
                      environment, advice);
}

int run_action(Cli& cli, const Arguments& arguments) {
  if (arguments.rest().empty())
    throw Error(ErrorKind::usage, "usage.missing-argument", "'run' needs a command after --");
  return exec_program(cli, arguments.rest(), environment_of(cli, arguments), {});
}

Shell shell_of(const Arguments& arguments) {
  std::string name = arguments.value_or("--shell", "sh");
  if (std::optional<Shell> shell = shell_called(name)) return *shell;
  throw Error(ErrorKind::usage, "usage.shell",
              fmt::format("--shell takes sh, bash, zsh, fish, csh or tcsh, not '{}'; any other "
                          "program can read --json",
                          printable(name)));
}

int undo_action(Cli& cli, const Arguments& arguments) {
  if (arguments.value("PROFILE"))
    throw Error(ErrorKind::usage, "usage.invalid",
                "--undo leaves the profile that was entered last and takes none");
  LeaveResponse response = leave_profile(cli.session());
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(change_text(response.before, response.undone.environment, shell_of(arguments)));
  for (const std::string& note : response.undone.notes)
    cli.events().notice(printable(note));
  return 0;
}

int env_action(Cli& cli, const Arguments& arguments) {
  if (arguments.flag("--undo")) return undo_action(cli, arguments);
  std::optional<std::string> profile = arguments.value("PROFILE");
  if (!profile)
    throw Error(ErrorKind::usage, "usage.missing-argument", "'env' needs a profile, or --undo");
  EnterResponse response = enter_profile(cli.session(), {*profile, false, shell_of(arguments)});
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(response.text);
  return 0;
}

PositionalInfo profile_positional() {
  return {"PROFILE", "name or path of the profile", true, false, {}, false, true};
}

} // namespace

CliCommand shell_command() {
  return {{"shell",
           "enter",
           "start your shell inside a profile",
           "Leave it with 'exit'; nothing outside it is changed. The shell is $SHELL, else "
           "/bin/sh. bash, zsh and "
           "fish enter once more after your start-up files, so that what those put in front of "
           "PATH comes behind the profile.",
           {profile_positional()},
           {},
           "",
           {"shell quickstart"}},
          shell_action};
}

CliCommand run_command() {
  return {{"run",
           "enter",
           "run one command inside a profile",
           "The exit code is the command's. 125: {program} itself failed; 126: the command cannot "
           "be run; 127: there is no such command.",
           {profile_positional()},
           {},
           "COMMAND",
           {"run quickstart -- lua -v"}},
          run_action,
          kOwnFailure};
}

CliCommand env_command() {
  return {
      {"env",
       "enter",
       "print the change of environment that a profile makes",
       "For the shell to evaluate. In sh, bash and zsh: eval \"$({program} env PROFILE)\". In "
       "fish: "
       "{program} env --shell fish PROFILE | source. In csh and tcsh: eval \"`{program} env "
       "--shell "
       "csh PROFILE`\".\n"
       "With --undo it prints the change that leaves the profile that was entered last: variables "
       "get their former values back; of a list that was changed since only what the profile "
       "brought is taken out, and another variable that was changed since stays, with a note.",
       {{"PROFILE", "name or path of the profile", false, false, {}, false, true}},
       {{"--shell", "", "NAME", "sh (bash, zsh), fish, or csh (tcsh)", false},
        {"--undo", "", "", "leave the profile that was entered last", false}},
       "",
       {"env quickstart", "env --undo"}},
      env_action};
}

} // namespace hdist
