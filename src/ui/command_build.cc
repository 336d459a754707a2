// The commands of one build spec: hash, build, resolve.
#include "base/dir.h"
#include "base/error.h"
#include "base/text.h"
#include "ops/build_op.h"
#include "ops/check_op.h"
#include "ops/debug_op.h"
#include "ui/cli.h"
#include "ui/command_list.h"
#include "ui/error_text.h"
#include "ui/input.h"
#include "ui/keep_option.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

namespace hdist {

namespace {

constexpr int64_t kSpecLimit = 64 << 20;

SpecRequest read_spec(const Arguments& arguments) {
  InputText input =
      read_input(arguments, "SPEC", {"a build spec (JSON)", "build.no-spec", kSpecLimit});
  return {std::move(input.name), std::move(input.text)};
}

int hash_action(Cli& cli, const Arguments& arguments) {
  HashResponse response = hash_spec(read_spec(arguments));
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print((arguments.flag("--trace") ? response.input : response.id.str()) + "\n");
  return 0;
}

std::string dump_text(const std::string& bytes) {
  std::string text, shown;
  for (unsigned char byte : bytes) {
    text += fmt::format("{:02x} ", byte);
    shown += byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.';
  }
  return text + " " + shown;
}

std::string check_text(const CheckResponse& response) {
  std::string text;
  bool is_moved = false;
  for (const TreeDifference& one : response.differences) {
    text += fmt::format("{}  {}{}\n", one.what, printable(one.path),
                        one.detail.empty() ? "" : "  " + printable(one.detail));
    if (one.bytes)
      text += fmt::format("  at {}\n    {}\n    {}\n", one.bytes->offset,
                          dump_text(one.bytes->first), dump_text(one.bytes->second));
    is_moved = is_moved || one.names_itself;
  }
  text += response.differences.empty()
              ? fmt::format("{} is the same again\n", response.id.str())
              : fmt::format("{} is not the same again: {} differ\n", response.id.str(),
                            response.differences.size());
  if (is_moved) text += "some of these name their own place, whose name has another length here\n";
  if (!response.kept.empty()) text += "the second is in " + printable(response.kept) + "\n";
  return text;
}

/// SPEC is a file, else an artifact.
CheckRequest check_request(Cli& cli, const Arguments& arguments) {
  CheckRequest request;
  request.keep = cli.request().keep == KeepBuild::always;
  const std::string word = arguments.value_or("SPEC", "-");
  if (word == "-" || ::access(word.c_str(), F_OK) == 0)
    request.spec = read_spec(arguments);
  else
    request.artifact = word;
  return request;
}

int check_action(Cli& cli, const Arguments& arguments) {
  cli.events().show_logs();
  const CheckResponse response = check_build(cli.session(), check_request(cli, arguments));
  if (cli.json()) cli.print_json(to_value(response));
  if (response.failure)
    cli.events().write_line(failure_text(*response.failure, cli.brand().program));
  else if (!cli.json())
    cli.print(check_text(response));
  return response.is_equal() ? 0 : exit_code(ErrorKind::failed);
}

int build_action(Cli& cli, const Arguments& arguments) {
  if (arguments.flag("--check") && arguments.flag("--resume"))
    throw Error(ErrorKind::usage, "usage.invalid", "--check and --resume exclude each other");
  set_keep(cli, arguments);
  if (arguments.flag("--check")) return check_action(cli, arguments);
  cli.events().show_logs();
  const bool resumes = arguments.flag("--resume");
  BuildResponse response = resumes ? resume_build(cli.session(), arguments.value("SPEC"))
                                   : build_spec(cli.session(), read_spec(arguments));
  // The one answer of a stopped run is that it was stopped.
  if (cli.interrupted()) throw Error(ErrorKind::interrupted, "interrupted", "interrupted");
  if (cli.json()) cli.print_json(to_value(response));
  if (const BuildFailure* failure = std::get_if<BuildFailure>(&response.outcome)) {
    cli.events().write_line(failure_text(*failure, cli.brand().program));
    return exit_code(failure->code == "build.foreign-platform" ? ErrorKind::refused
                                                               : ErrorKind::failed);
  }
  const BuildSuccess& success = std::get<BuildSuccess>(response.outcome);
  if (cli.json()) return 0;
  cli.print((resumes ? success.path : success.record.id.str()) + "\n");
  if (resumes)
    cli.events().notice(
        fmt::format("the job is done; this is its result, and no artifact: put the change into "
                    "the recipe ({}) and build it clean",
                    cli.command_text("debug --diff " + success.record.id.short_text())));
  return 0;
}

int resolve_action(Cli& cli, const Arguments& arguments) {
  ResolveResponse response = resolve_artifact(
      cli.session(), {*arguments.value("ARTIFACT"), arguments.value_or("--root", "")});
  if (cli.json())
    cli.print_json(to_value(response));
  else
    cli.print(response.path + "\n");
  return 0;
}

PositionalInfo spec_positional() {
  return {"SPEC", "build spec (JSON); '-' or nothing: standard input", false, false};
}

} // namespace

CliCommand hash_command() {
  return {{"hash",
           "plumbing",
           "print the artifact id of a build spec",
           "",
           {spec_positional()},
           {{"--trace", "", "", "print every byte that goes into the id instead", false}},
           "",
           {"hash build.json", "hash --trace build.json | sha256sum"}},
          hash_action};
}

CliCommand build_command() {
  return {{"build",
           "plumbing",
           "build one spec and print its artifact id",
           "The imports and sources that the spec names must be there: this command never builds "
           "or fetches anything else.\nWith --check, what is there already (SPEC may be its id or "
           "name then) is built once more beside it and compared, each name of its own place taken "
           "as the same. Files that differ are shown with the first bytes that do; the exit code "
           "is 1 then. Nothing is published; --keep always keeps the second tree for 30 days.\n"
           "--resume goes on in the kept directory of a build that failed, with the changes that "
           "were made there. Its result is a directory to be looked at, whose path is printed; it "
           "is no artifact, since no spec says how it came about.",
           {spec_positional()},
           {{"--resume", "", "",
             "go on with a failed build at the command that failed; SPEC is its id, name/PREFIX or "
             "name, or nothing for the last",
             false},
            {"--check", "", "", "build once more what is there, and compare", false},
            keep_option()},
           "",
           {"build build.json", "build --resume lua", "build --check lua"}},
          build_action};
}

CliCommand resolve_command() {
  return {{"resolve",
           "plumbing",
           "print the directory of an artifact",
           "ARTIFACT is an id, name/PREFIX with 4 characters or more, or a name when there is only "
           "one of that name.",
           {{"ARTIFACT", "id, name/prefix or name", true, false}},
           {{"--root", "", "PATH",
             "also make the link PATH to it, which protects it from being collected", false}},
           "",
           {"resolve lua"}},
          resolve_action};
}

} // namespace hdist
