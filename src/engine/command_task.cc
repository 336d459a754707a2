#include "engine/command_task.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "build/job.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <deque>

namespace hdist {

namespace {

constexpr std::size_t kLastLines = 20;
constexpr std::size_t kMaxLine = 64 << 10; // a longer one is taken in pieces
constexpr std::size_t kMaxShownLine = 400;

/// Lines of a program's output, told as they come.
class OutputLines {
public:
  OutputLines(std::string name, Events& events) : name_(std::move(name)), events_(events) {}

  void write(std::string_view bytes) {
    for (char c : bytes) {
      if (c == '\n' || partial_.size() >= kMaxLine) end_line();
      if (c != '\n') partial_ += c;
    }
  }
  void finish() {
    if (!partial_.empty()) end_line();
  }
  std::string last_lines() const {
    std::string text;
    for (const std::string& line : last_)
      text += "\n  | " + printable(line);
    return text;
  }

private:
  void end_line() {
    events_.on(LogLine{name_, partial_});
    last_.push_back(partial_.substr(0, kMaxShownLine));
    if (last_.size() > kLastLines) last_.pop_front();
    partial_.clear();
  }

  std::string name_;
  Events& events_;
  std::string partial_;
  std::deque<std::string> last_;
};

std::string replaced(const std::string& text, const Env& env, const std::string& what) {
  try {
    return substitute(text, env);
  } catch (Error& error) {
    throw error.during("reading " + what);
  }
}

Command command_of(const CommandTask& task, const std::vector<JobImport>& imports,
                   const CommandSurroundings& surroundings) {
  Command command;
  command.env = surroundings.environment;
  for (const JobImport& import : imports) {
    if (!import.ref) continue;
    command.env.set(*import.ref + "_DIR", import.path);
    command.env.set(*import.ref + "_ID", import.id);
  }
  for (const auto& [name, text] : task.environment)
    command.env.set(name, replaced(text, command.env, "environment." + name));
  for (std::size_t i = 0; i < task.argv.size(); ++i)
    command.argv.push_back(replaced(task.argv[i], command.env, fmt::format("command[{}]", i)));
  if (!task.directory.empty())
    command.cwd = absolute_path(replaced(task.directory, command.env, "directory"));
  return command;
}

} // namespace

void run_command_task(const CommandRun& run, const CommandSurroundings& surroundings,
                      Events& events, std::stop_token stop) {
  try {
    Command command = command_of(run.task, run.imports, surroundings);
    struct stat info {};
    if (!command.cwd.empty() && (::stat(command.cwd.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)))
      throw Error(ErrorKind::usage, "tasks.no-directory",
                  fmt::format("there is no directory {} to start in: a task that it needs makes "
                              "it, or it is there before",
                              printable(command.cwd)));
    OutputLines lines(run.name, events);
    command.output = [&](std::string_view bytes) { lines.write(bytes); };
    const ExitStatus status = run_supervised(
        command,
        {.program = surroundings.supervise, .token = "", .isolation = Isolation::automatic},
        std::move(stop));
    lines.finish();
    if (status.ok()) return;
    throw Error(status.stopped ? ErrorKind::interrupted : ErrorKind::failed,
                status.stopped ? "tasks.stopped" : "tasks.command-failed",
                fmt::format("{}: {}{}", printable(shell_join(command.argv)), status.text(),
                            lines.last_lines()));
  } catch (Error& error) {
    throw error.during(fmt::format("running the task '{}'", run.name));
  }
}

} // namespace hdist
