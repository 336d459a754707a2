// command_task.h: a task that runs a program for what it does.
#pragma once

#include "base/log.h"
#include "base/process.h"
#include "build/job_env.h"
#include "model/task_graph.h"

#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

/// What every command of a run gets.
struct CommandSurroundings {
  std::string supervise; // path of the supervisor program
  Env environment;       // of the caller; imports and the task's own variables come on top
};

struct CommandRun {
  std::string name; // of the task
  const CommandTask& task;
  std::vector<JobImport> imports; // those of the task, as they are there
};

/// Runs it under a supervisor: no process of it is left. Its output goes to `events` as log lines
/// of its name. Error "tasks.command-failed" says how it ended, with its last lines; a program that
/// cannot be started and a variable that is not set are Errors too.
void run_command_task(const CommandRun& run, const CommandSurroundings& surroundings,
                      Events& events, std::stop_token stop);

} // namespace hdist
