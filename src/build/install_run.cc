#include "build/install_run.h"

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"
#include "build/job.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr const char* kOwnFolder = "_hashdist";
constexpr const char* kSelf = "hdist";
constexpr std::size_t kKeptOutput = 64 << 10;
constexpr std::size_t kShownLines = 15;
constexpr int kTokenLength = 32;

Env environment_of(const InstallStep& step, const InstallRunOptions& options,
                   const std::string& scratch) {
  Env env;
  std::string path;
  for (const auto& [name, place] : step.dependencies) {
    env.set(name, place);
    env.set(name + "path", place);
    path += join_path(place, "bin") + ":";
  }
  env.set("PATH", path + "/usr/bin:/bin");
  env.set("LC_ALL", "C.UTF-8");
  env.set("TZ", "UTC");
  env.set("HOME", join_path(scratch, "home"));
  env.set("TMPDIR", join_path(scratch, "tmp"));
  env.set(options.config_variable, options.config_json);
  env.set("ARTIFACT", step.artifact);
  env.set("profiletarget", step.target);
  return env;
}

/// A directory that may be written to, where everything of the artifact can be named as in it.
void make_links(const Dir& work, const std::string& artifact) {
  for (const Entry& entry : Dir::open(artifact).list())
    if (entry.name != kOwnFolder) work.make_symlink(join_path(artifact, entry.name), entry.name);
}

std::string last_lines(const std::string& output) {
  std::vector<std::string> lines = split(output, '\n');
  while (!lines.empty() && lines.back().empty())
    lines.pop_back();
  std::string text;
  for (std::size_t i = lines.size() - std::min(lines.size(), kShownLines); i < lines.size(); ++i)
    text += "\n    " + lines[i];
  return text;
}

void run_in(const InstallStep& step, const InstallRunOptions& options, const Dir& scratch,
            std::stop_token stop) {
  for (const char* name : {"home", "tmp"})
    (void)scratch.make_dir(name, 0700);
  Dir work = scratch.make_dir("work", 0700);
  make_links(work, step.artifact);
  Command command;
  command.env = environment_of(step, options, scratch.path());
  command.cwd = work.path();
  for (const std::string& word : step.command)
    command.argv.push_back(substitute(word, command.env));
  std::string shown = shell_join(command.argv);
  if (command.argv.front() == kSelf) command.argv.front() = options.self_program;
  std::string output;
  command.output = [&](std::string_view bytes) {
    output += bytes;
    if (output.size() > 2 * kKeptOutput) output.erase(0, output.size() - kKeptOutput);
  };
  ExitStatus status = run_supervised(
      command, {.program = options.supervise, .token = random_name(kTokenLength)}, std::move(stop));
  if (status.ok()) return;
  if (status.stopped)
    throw Error(ErrorKind::interrupted, "profile.interrupted", "the install command was stopped");
  throw Error(ErrorKind::failed, "profile.install-failed",
              fmt::format("the install command ended with {}: {}{}", status.text(), shown,
                          last_lines(output)));
}

} // namespace

void run_install_step(const InstallStep& step, const InstallRunOptions& options,
                      std::stop_token stop) {
  Staging scratch(Dir::create(options.temp_dir)); // removed at the end
  try {
    run_in(step, options, scratch.dir(), std::move(stop));
  } catch (Error& error) {
    error.during(fmt::format("installing {} into {}", step.id.str(), step.target));
    throw;
  }
}

} // namespace hdist
