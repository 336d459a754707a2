#include "build/job.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "data/json.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace hdist {

namespace {

constexpr std::array<std::string_view, 10> kActions{
    "commands", "cmd",          "hit",         "hdist",        "chdir",
    "set",      "prepend_path", "append_path", "prepend_flag", "append_flag"};
constexpr std::array<std::string_view, 5> kFields{"inputs", "to_var", "append_to_file", "value",
                                                  "nohash_value"};

Error bad_command(const std::string& position, std::string message) {
  return Error(ErrorKind::usage, "job.bad-command",
               fmt::format("{}: {}", position, std::move(message)));
}

std::string with_article(const Value& value) {
  return (value.if_integer() != nullptr ? "an " : "a ") + std::string(value.type_name());
}

bool is_action(std::string_view key) {
  return std::find(kActions.begin(), kActions.end(), key) != kActions.end();
}

bool runs_program(std::string_view action) {
  return action == "cmd" || action == "hit" || action == "hdist";
}

/// The only action of a node, "" when it has none.
std::string_view action_of(const Value::Map& node, const std::string& position) {
  std::string_view action;
  for (const auto& [key, value] : node) {
    if (!is_action(key)) continue;
    if (!action.empty())
      throw bad_command(position, fmt::format("expected one action, found {} and {}", action, key));
    action = key;
  }
  return action;
}

const std::string& expect_text(const Value& value, const std::string& position) {
  if (const std::string* text = value.if_string()) return *text;
  throw bad_command(position, fmt::format("expected a string, found {}", with_article(value)));
}

const Value::List& expect_list(const Value& value, const std::string& position) {
  if (const Value::List* list = value.if_list()) return *list;
  throw bad_command(position, fmt::format("expected a list, found {}", with_article(value)));
}

std::string item(const std::string& position, std::size_t index) {
  return fmt::format("{}[{}]", position, index);
}

// --- what can be known before anything runs

/// Which fields may stand beside the action.
bool may_accompany(std::string_view field, std::string_view action) {
  if (field.starts_with("nohash_") && field != "nohash_value") return true;
  if (field == "value" || field == "nohash_value")
    return !action.empty() && !runs_program(action) && action != "commands" && action != "chdir";
  return runs_program(action) &&
         (field == "inputs" || field == "to_var" || field == "append_to_file");
}

void check_field(const std::string& key, std::string_view action, const std::string& position) {
  if (is_action(key) || may_accompany(key, action)) return;
  if (std::find(kFields.begin(), kFields.end(), key) != kFields.end())
    throw bad_command(position, action.empty()
                                    ? fmt::format("{} needs an action beside it", key)
                                    : fmt::format("{} has no meaning beside {}", key, action));
  std::vector<std::string> known(kActions.begin(), kActions.end());
  known.insert(known.end(), kFields.begin(), kFields.end());
  const std::optional<std::string> meant = nearest(key, known);
  throw bad_command(position,
                    fmt::format("unknown field {}{}", printable(key),
                                meant ? fmt::format("; is {} meant?", *meant) : std::string()));
}

void check_input(const Value& input, const std::string& position) {
  const Value::Map* map = input.if_map();
  if (map == nullptr || map->size() != 1)
    throw bad_command(position, "expected exactly one of text, string and json");
  const auto& [kind, value] = map->front();
  if (kind == "text") {
    for (const Value& line : expect_list(value, position + ".text"))
      expect_text(line, position + ".text");
  } else if (kind == "string") {
    expect_text(value, position + ".string");
  } else if (kind != "json") {
    throw bad_command(position,
                      fmt::format("expected text, string or json, found {}", printable(kind)));
  }
}

void check_variable(const Value& value, const std::string& position) {
  const std::string& name = expect_text(value, position);
  if (name.empty() || name.find('=') != std::string::npos)
    throw bad_command(position,
                      fmt::format("\"{}\" cannot be the name of a variable", printable(name)));
}

void check_run(const Value& node, std::string_view action, const std::string& position) {
  const std::string list_position = fmt::format("{}.{}", position, action);
  const Value::List& words = expect_list(*node.find(action), list_position);
  if (words.empty()) throw bad_command(list_position, "expected a program, found an empty list");
  for (std::size_t i = 0; i < words.size(); ++i)
    expect_text(words[i], item(list_position, i));
  // HashDist's pipes into the log: refused before a build has taken hours, not after.
  if (action != "cmd" && words.front() == Value("logpipe"))
    throw bad_command(list_position, "logpipe is not supported by this release");
  if (const Value* inputs = node.find("inputs")) {
    const Value::List& list = expect_list(*inputs, position + ".inputs");
    for (std::size_t i = 0; i < list.size(); ++i)
      check_input(list[i], item(position + ".inputs", i));
  }
  if (const Value* name = node.find("to_var")) check_variable(*name, position + ".to_var");
  if (const Value* path = node.find("append_to_file"))
    expect_text(*path, position + ".append_to_file");
}

void check_list(const Value& commands, const std::string& position);

void check_node(const Value& node, const std::string& position) {
  const Value::Map* map = node.if_map();
  if (map == nullptr)
    throw bad_command(position, fmt::format("expected a map, found {}", with_article(node)));
  const std::string_view action = action_of(*map, position);
  for (const auto& [key, value] : *map)
    check_field(key, action, position);
  if (const Value* stage = node.find("nohash_stage"))
    expect_text(*stage, position + ".nohash_stage");
  if (action.empty()) return;
  if (action == "commands") return check_list(*node.find(action), position + ".commands");
  if (runs_program(action)) return check_run(node, action, position);
  const std::string field = fmt::format("{}.{}", position, action);
  if (action == "chdir") {
    expect_text(*node.find(action), field);
    return;
  }
  check_variable(*node.find(action), field);
  const Value* value = node.find("nohash_value");
  if (value == nullptr) value = node.find("value");
  if (value == nullptr)
    throw bad_command(position, fmt::format("{} needs a value or nohash_value", action));
  expect_text(*value, position + ".value");
}

void check_list(const Value& commands, const std::string& position) {
  const Value::List& list = expect_list(commands, position);
  for (std::size_t i = 0; i < list.size(); ++i)
    check_node(list[i], item(position, i));
}

// --- carrying it out

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
  JobRunner(const JobPlace& place, const RunJobCommand& runner, std::stop_token stop)
      : place_(place), runner_(runner), stop_(std::move(stop)) {}

  /// `first` is the number of the first node.
  void run_list(const Value::List& commands, Scope& scope, std::size_t first) {
    for (std::size_t i = 0; i < commands.size() && result_.ok; ++i) {
      if (stop_.stop_requested()) {
        result_.ok = false;
        result_.status.stopped = true;
        return;
      }
      const std::string number = fmt::format("{}{}", scope.number, first + i);
      run_node(commands[i], scope, item(scope.position, i), number);
    }
  }

  JobResult take_result() { return std::move(result_); }

private:
  void run_node(const Value& node, Scope& scope, const std::string& position,
                const std::string& number) {
    const std::string_view action = action_of(*node.if_map(), position);
    if (action.empty()) return;
    if (action == "commands") {
      Scope inner{scope.env, position + ".commands", number + "_"};
      return run_list(*node.find(action)->if_list(), inner, 0);
    }
    if (runs_program(action)) return run_program(node, action, scope, position, number);
    const std::string target = *node.find(action)->if_string();
    const std::string field = fmt::format("{}.{}", position, action);
    if (action == "chdir")
      return scope.env.set("PWD", directory_of(scope.env, replaced(target, scope.env, field)));
    const Value* value = node.find("nohash_value");
    if (value == nullptr) value = node.find("value");
    change(scope.env, action, target,
           replaced(*value->if_string(), scope.env, field + " " + target));
  }

  static void change(Env& env, std::string_view action, const std::string& name,
                     const std::string& value) {
    const char separator = action.ends_with("_path") ? ':' : ' ';
    if (action == "set") env.set(name, value);
    if (action.starts_with("prepend_")) env.prepend(name, value, separator);
    if (action.starts_with("append_")) env.append(name, value, separator);
  }

  static std::string replaced(const std::string& text, const Env& env,
                              const std::string& position) {
    try {
      return substitute(text, env);
    } catch (Error& error) {
      error.during("reading " + position + " of the job");
      throw;
    }
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
    const Value::List& words = *node.find(action)->if_list();
    for (std::size_t i = 0; i < words.size(); ++i)
      job.command.argv.push_back(replaced(*words[i].if_string(), job.command.env, item(field, i)));
    job.command.cwd = scope.env.get_or("PWD", "");
    const Value* stage = node.find("nohash_stage");
    job.stage = stage != nullptr ? *stage->if_string() : base_name(job.command.argv.front());
    const Value* variable = node.find("to_var");
    const Value* file = node.find("append_to_file");
    job.captures = variable != nullptr || file != nullptr;

    result_.last_env = job.command.env;
    std::string captured;
    const ExitStatus status = start(job, field, captured);
    if (file != nullptr)
      append(directory_of(scope.env, replaced(*file->if_string(), job.command.env,
                                              position + ".append_to_file")),
             captured);
    if (!status.ok()) {
      result_.ok = false;
      result_.status = status;
      result_.failed = std::move(job);
    } else if (variable != nullptr) {
      set_captured(scope.env, *variable->if_string(), captured, position);
    }
  }

  ExitStatus start(const JobCommand& job, const std::string& field, std::string& captured) {
    try {
      return runner_(job, job.captures ? &captured : nullptr);
    } catch (Error& error) {
      error.during("running " + field + " of the job");
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
  JobResult result_;
};

} // namespace

void check_job(const Value& commands) {
  if (!commands.is_null()) check_list(commands, "build.commands");
}

JobResult run_job(const Value& commands, const Env& env, const JobPlace& place,
                  const RunJobCommand& runner, std::stop_token stop) {
  check_job(commands);
  JobRunner job(place, runner, std::move(stop));
  if (commands.is_null()) return job.take_result();
  Scope scope{env, "build.commands", ""};
  scope.env.set("PWD", place.directory);
  // Numbers start with 1: number 0 was HashDist's own command, which set ARTIFACT.
  job.run_list(*commands.if_list(), scope, 1);
  return job.take_result();
}

} // namespace hdist
