// job.h: the job language: commands, environment and substitution (ORIGINAL.md 7 without its
// defects; docs/job-language.md).
#pragma once

#include "base/env.h"
#include "base/process.h"
#include "data/value.h"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// $NAME and ${NAME} are replaced. A backslash before '$' or before another backslash takes away
/// its meaning and goes; any other backslash stays. Error usage "job.undefined-variable" or
/// "job.bad-substitution" names the text and the variable.
std::string substitute(std::string_view text, const Env& env);

struct JobCommand {
  Command command;   // argv substituted; cwd and environment set; no output handler yet
  std::string stage; // of "nohash_stage", else the base name of argv[0]
  bool in_process =
      false;             // argv[0] is to be this program ("hdist" or "hit" nodes; argv without it)
  bool captures = false; // to_var or append_to_file: stdout is wanted
};

/// Runs one command; stdout is appended to *captured when that is set, all else goes to the log.
using RunJobCommand = std::function<ExitStatus(const JobCommand&, std::string* captured)>;

struct JobResult {
  bool ok = true;
  ExitStatus status; // of the failed command
  JobCommand failed; // valid when !ok
  Env last_env;      // of the last command that ran
};

/// How far a job has come: what each program that ended well, in order, gave to its to_var ("": it
/// has none).
struct JobProgress {
  std::vector<std::string> captured;
};

struct JobPlace {
  std::string directory;     // where the job starts
  std::string temp;          // for inputs: <position>_in<i>
  std::string document = {}; // name of the text that the commands were read from, for messages
  /// The programs in it are not run again: the job goes on after them, and adds those that it runs.
  JobProgress* progress = nullptr;
};

/// Carries out the list `commands` (null: nothing) in `env`, up to the first command that fails.
/// All of it is checked first (check_job()). What a node lacks when its turn comes (a variable) is
/// an Error too. Each names the node.
JobResult run_job(const Value& commands, const Env& env, const JobPlace& place,
                  const RunJobCommand& runner, std::stop_token stop);

} // namespace hdist
