#include "build/job.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "build/job_check.h"
#include "data/json.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hdist {

namespace {

std::string list_item(const std::string& position, std::size_t index) {
  return fmt::format("{}[{}]", position, index);
}

/// HashDist's layout of JSON for programs: 4 spaces.
std::string json_for_program(const Value& value) {
  std::string out;
  for (const std::string& line : split(pretty_json(value), '\n')) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    out += (out.empty() ? "" : "\n") + std::string(indent, ' ') + line;
  }
  while (out.ends_with('\n'))
    out.pop_back();
  return out;
}

/// One level of `commands`: environment and directory go away with it.
struct Scope {
  Env env;
  std::string position; // "build.commands"
  std::string number;   // "" or "3_": begins the names of input files
};

class JobRunner {
public:
  JobRunner(const JobPlace& place, const RunJobCommand& runner, std::stop_token stop,
            JobProgress& progress)
      : place_(place), runner_(runner), stop_(std::move(stop)), progress_(progress),
        before_(progress.captured.size()) {}

  /// `first` is the number of the first node.
  void run_list(const Value::List& commands, Scope& scope, std::size_t first) {
    for (std::size_t i = 0; i < commands.size() && result_.ok; ++i) {
      if (stop_.stop_requested()) {
        result_.ok = false;
        result_.status.stopped = true;
        return;
      }
      const std::string number = fmt::format("{}{}", scope.number, first + i);
      run_node(commands[i], scope, list_item(scope.position, i), number);
    }
  }

  JobResult take_result() { return std::move(result_); }

private:
  void run_node(const Value& node, Scope& scope, const std::string& position,
                const std::string& number) {
    const std::string_view action = job_action(node);
    if (action.empty()) return;
    if (action == "commands") {
      Scope inner{scope.env, position + ".commands", number + "_"};
      return run_list(*node.find(action)->if_list(), inner, 0);
    }
    if (job_runs_program(action)) return run_program(node, action, scope, position, number);
    const std::string target = *node.find(action)->if_string();
    const std::string field = fmt::format("{}.{}", position, action);
    if (action == "chdir")
      return scope.env.set(
          "PWD", directory_of(scope.env, replaced(*node.find(action), scope.env, {node, field})));
    const Value* value = node.find("nohash_value");
    if (value == nullptr) value = node.find("value");
    change(scope.env, action, target, replaced(*value, scope.env, {node, field + " " + target}));
  }

  static void change(Env& env, std::string_view action, const std::string& name,
                     const std::string& value) {
    const char separator = action.ends_with("_path") ? ':' : ' ';
    if (action == "set") env.set(name, value);
    if (action.starts_with("prepend_")) env.prepend(name, value, separator);
    if (action.starts_with("append_")) env.append(name, value, separator);
  }

  /// What is being read, for messages.
  struct Reading {
    const Value& node;
    std::string field;
  };

  std::string replaced(const Value& text, const Env& env, const Reading& reading) const {
    try {
      return substitute(*text.if_string(), env);
    } catch (Error& error) {
      error.during(fmt::format("reading {} of the job{}", reading.field, place_of(reading, text)));
      throw;
    }
  }

  /// " (stage configure, build.json:12:5)"
  std::string place_of(const Reading& reading, const Value& value) const {
    std::vector<std::string> parts;
    if (const Value* stage = reading.node.find("nohash_stage"))
      parts.push_back("stage " + *stage->if_string());
    const Position at = value.position();
    if (at.line != 0 && !place_.document.empty())
      parts.push_back(fmt::format("{}:{}:{}", place_.document, at.line, at.column));
    return parts.empty() ? "" : " (" + join(parts, ", ") + ")";
  }

  /// `name` seen from the current directory.
  static std::string directory_of(const Env& env, const std::string& name) {
    return normal_path(join_path(env.get_or("PWD", ""), name));
  }

  void run_program(const Value& node, std::string_view action, Scope& scope,
                   const std::string& position, const std::string& number) {
    const std::string field = fmt::format("{}.{}", position, action);
    JobCommand job;
    job.in_process = action != "cmd";
    job.command.env = scope.env;
    write_inputs(node, job.command.env, number);
    set_unhashed(node, job.command.env, position);
    const Value::List& words = *node.find(action)->if_list();
    for (std::size_t i = 0; i < words.size(); ++i)
      job.command.argv.push_back(replaced(words[i], job.command.env, {node, list_item(field, i)}));
    job.command.cwd = scope.env.get_or("PWD", "");
    const Value* stage = node.find("nohash_stage");
    job.stage = stage != nullptr ? *stage->if_string() : base_name(job.command.argv.front());
    const Value* variable = node.find("to_var");
    const Value* file = node.find("append_to_file");
    job.captures = variable != nullptr || file != nullptr;

    result_.last_env = job.command.env;
    if (reached_++ < before_) {
      if (variable != nullptr)
        scope.env.set(*variable->if_string(), progress_.captured[reached_ - 1]);
      return;
    }
    std::string captured;
    const ExitStatus status = start(job, {node, field}, captured);
    if (file != nullptr)
      append(directory_of(scope.env,
                          replaced(*file, job.command.env, {node, position + ".append_to_file"})),
             captured);
    if (!status.ok()) {
      result_.ok = false;
      result_.status = status;
      result_.failed = std::move(job);
      return;
    }
    if (variable != nullptr) set_captured(scope.env, *variable->if_string(), captured, position);
    progress_.captured.push_back(variable != nullptr ? scope.env.get_or(*variable->if_string(), "")
                                                     : "");
  }

  /// Its own variables, which no id counts, not even by their names.
  void set_unhashed(const Value& node, Env& env, const std::string& position) const {
    const Value* variables = node.find("nohash_env");
    if (variables == nullptr) return;
    for (const auto& [name, value] : *variables->if_map())
      env.set(name, replaced(value, env, {node, fmt::format("{}.nohash_env {}", position, name)}));
  }

  ExitStatus start(const JobCommand& job, const Reading& reading, std::string& captured) {
    try {
      return runner_(job, job.captures ? &captured : nullptr);
    } catch (Error& error) {
      error.during(
          fmt::format("running {} of the job{}", reading.field, place_of(reading, reading.node)));
      throw;
    }
  }

  static void set_captured(Env& env, const std::string& name, const std::string& captured,
                           const std::string& position) {
    const std::string text(trim(captured));
    if (text.find('\0') != std::string::npos)
      throw Error(ErrorKind::failed, "job.bad-output",
                  fmt::format("{}.to_var: the program wrote a NUL byte, which the variable {} "
                              "cannot hold",
                              position, name));
    env.set(name, text);
  }

  void write_inputs(const Value& node, Env& env, const std::string& number) {
    const Value* inputs = node.find("inputs");
    if (inputs == nullptr) return;
    const Dir temp = Dir::open(place_.temp);
    for (std::size_t i = 0; i < inputs->if_list()->size(); ++i) {
      const auto& [kind, value] = (*inputs->if_list())[i].if_map()->front();
      const std::string name = fmt::format("{}_in{}{}", number, i, kind == "json" ? ".json" : "");
      temp.write_file(name, input_text(kind, value));
      env.set(fmt::format("in{}", i), join_path(place_.temp, name));
    }
  }

  static std::string input_text(const std::string& kind, const Value& value) {
    if (kind == "json") return json_for_program(value);
    if (kind == "string") return *value.if_string();
    std::vector<std::string> lines;
    for (const Value& line : *value.if_list())
      lines.push_back(*line.if_string());
    return join(lines, "\n");
  }

  static void append(const std::string& path, const std::string& text) {
    const Fd file = Dir::open(parent_path(path))
                        .open_file(base_name(path), O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK);
    write_all(file.get(), text, path);
  }

  const JobPlace& place_;
  const RunJobCommand& runner_;
  std::stop_token stop_;
  JobProgress& progress_;
  const std::size_t before_; // programs that were run by an earlier run of the job
  std::size_t reached_ = 0;  // programs
  JobResult result_;
};

} // namespace

JobResult run_job(const Value& commands, const Env& env, const JobPlace& place,
                  const RunJobCommand& runner, std::stop_token stop) {
  check_job(commands, {.name = place.document, .text = "", .root = {}});
  JobProgress unwanted;
  JobRunner job(place, runner, std::move(stop),
                place.progress != nullptr ? *place.progress : unwanted);
  if (commands.is_null()) return job.take_result();
  Scope scope{env, "build.commands", ""};
  scope.env.set("PWD", place.directory);
  // Numbers start with 1: number 0 was HashDist's own command, which set ARTIFACT.
  job.run_list(*commands.if_list(), scope, 1);
  return job.take_result();
}

} // namespace hdist
