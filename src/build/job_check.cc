#include "build/job_check.h"

#include "base/error.h"
#include "base/text.h"
#include "data/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace hdist {

namespace {

constexpr std::array<std::string_view, 10> kActions{
    "commands", "cmd",          "hit",         "hdist",        "chdir",
    "set",      "prepend_path", "append_path", "prepend_flag", "append_flag"};
constexpr std::array<std::string_view, 5> kFields{"inputs", "to_var", "append_to_file", "value",
                                                  "nohash_value"};

std::string with_article(const Value& value) {
  return (value.if_integer() != nullptr ? "an " : "a ") + std::string(value.type_name());
}

bool is_action(std::string_view key) {
  return std::find(kActions.begin(), kActions.end(), key) != kActions.end();
}

/// Which fields may stand beside the action.
bool may_accompany(std::string_view field, std::string_view action) {
  if (field.starts_with("nohash_") && field != "nohash_value") return true;
  if (field == "value" || field == "nohash_value")
    return !action.empty() && !job_runs_program(action) && action != "commands" &&
           action != "chdir";
  return job_runs_program(action) &&
         (field == "inputs" || field == "to_var" || field == "append_to_file");
}

std::string item(const std::string& path, std::size_t index) {
  return fmt::format("{}[{}]", path, index);
}

class JobChecker {
public:
  explicit JobChecker(const Document& document) : document_(document) {}

  void check_list(const Value& commands, const std::string& path) {
    const Value::List& list = expect_list(commands, path);
    for (std::size_t i = 0; i < list.size(); ++i)
      check_node(list[i], item(path, i));
  }

private:
  /// At `value`, which stands at `path` of the spec.
  Error bad_command(const Value& value, const std::string& path, std::string message) const {
    if (!stage_.empty()) message = fmt::format("stage {}: {}", printable(stage_), message);
    if (document_.name.empty()) message = fmt::format("{}: {}", path, message);
    const Error placed = document_.name.empty()
                             ? Error(ErrorKind::usage, "", message)
                             : document_error(document_, value.position(), path, message);
    return {ErrorKind::usage, "job.bad-command", placed.message()};
  }

  const std::string& expect_text(const Value& value, const std::string& path) const {
    if (const std::string* text = value.if_string()) return *text;
    throw bad_command(value, path, fmt::format("expected a string, found {}", with_article(value)));
  }

  const Value::List& expect_list(const Value& value, const std::string& path) const {
    if (const Value::List* list = value.if_list()) return *list;
    throw bad_command(value, path, fmt::format("expected a list, found {}", with_article(value)));
  }

  /// The only action of a node, "" when it has none.
  std::string_view action_of(const Value& node, const std::string& path) const {
    std::string_view action;
    for (const auto& [key, value] : *node.if_map()) {
      if (!is_action(key)) continue;
      if (!action.empty())
        throw bad_command(node, path,
                          fmt::format("expected one action, found {} and {}", action, key));
      action = key;
    }
    return action;
  }

  void check_field(const Value::Member& member, std::string_view action,
                   const std::string& path) const {
    const auto& [key, value] = member;
    if (is_action(key) || may_accompany(key, action)) return;
    if (std::find(kFields.begin(), kFields.end(), key) != kFields.end())
      throw bad_command(value, path,
                        action.empty() ? fmt::format("{} needs an action beside it", key)
                                       : fmt::format("{} has no meaning beside {}", key, action));
    std::vector<std::string> known(kActions.begin(), kActions.end());
    known.insert(known.end(), kFields.begin(), kFields.end());
    const std::optional<std::string> meant = nearest(key, known);
    throw bad_command(value, path,
                      fmt::format("unknown field {}{}", printable(key),
                                  meant ? fmt::format("; is {} meant?", *meant) : std::string()));
  }

  void check_input(const Value& input, const std::string& path) const {
    const Value::Map* map = input.if_map();
    if (map == nullptr || map->size() != 1)
      throw bad_command(input, path, "expected exactly one of text, string and json");
    const auto& [kind, value] = map->front();
    if (kind == "text") {
      for (const Value& line : expect_list(value, path + ".text"))
        expect_text(line, path + ".text");
    } else if (kind == "string") {
      expect_text(value, path + ".string");
    } else if (kind != "json") {
      throw bad_command(input, path,
                        fmt::format("expected text, string or json, found {}", printable(kind)));
    }
  }

  void check_variable(const Value& value, const std::string& path) const {
    check_name(value, expect_text(value, path), path);
  }

  void check_name(const Value& value, const std::string& name, const std::string& path) const {
    if (name.empty() || name.find('=') != std::string::npos)
      throw bad_command(value, path,
                        fmt::format("\"{}\" cannot be the name of a variable", printable(name)));
    // Set, they would lead what the job makes to where nobody looks for it.
    if (name == "ARTIFACT" || name == "BUILD")
      throw bad_command(value, path, fmt::format("{} is the job's own and cannot be set", name));
  }

  void check_environment(const Value& environment, const std::string& path) const {
    if (environment.if_map() == nullptr)
      throw bad_command(environment, path,
                        fmt::format("expected a map, found {}", with_article(environment)));
    for (const auto& [name, value] : *environment.if_map()) {
      check_name(value, name, path);
      expect_text(value, fmt::format("{}.{}", path, name));
    }
  }

  void check_run(const Value& node, std::string_view action, const std::string& path) const {
    const Value& list = *node.find(action);
    const std::string list_path = fmt::format("{}.{}", path, action);
    const Value::List& words = expect_list(list, list_path);
    if (words.empty())
      throw bad_command(list, list_path, "expected a program, found an empty list");
    for (std::size_t i = 0; i < words.size(); ++i)
      expect_text(words[i], item(list_path, i));
    // HashDist's pipes into the log: refused before a build has taken hours, not after.
    if (action != "cmd" && words.front() == Value("logpipe"))
      throw bad_command(list, list_path, "logpipe is not supported by this release");
    if (const Value* inputs = node.find("inputs")) {
      const Value::List& files = expect_list(*inputs, path + ".inputs");
      for (std::size_t i = 0; i < files.size(); ++i)
        check_input(files[i], item(path + ".inputs", i));
    }
    if (const Value* name = node.find("to_var")) check_variable(*name, path + ".to_var");
    if (const Value* environment = node.find("nohash_env"))
      check_environment(*environment, path + ".nohash_env");
    if (const Value* file = node.find("append_to_file"))
      expect_text(*file, path + ".append_to_file");
  }

  void check_change(const Value& node, std::string_view action, const std::string& path) const {
    check_variable(*node.find(action), fmt::format("{}.{}", path, action));
    const Value* value = node.find("nohash_value");
    if (value == nullptr) value = node.find("value");
    if (value == nullptr)
      throw bad_command(node, path, fmt::format("{} needs a value or nohash_value", action));
    expect_text(*value, path + ".value");
  }

  void check_node(const Value& node, const std::string& path) {
    stage_.clear();
    if (node.if_map() == nullptr)
      throw bad_command(node, path, fmt::format("expected a map, found {}", with_article(node)));
    if (const Value* stage = node.find("nohash_stage"))
      stage_ = expect_text(*stage, path + ".nohash_stage");
    const std::string_view action = action_of(node, path);
    for (const Value::Member& member : *node.if_map())
      check_field(member, action, path);
    if (action.empty()) return;
    if (action == "commands") return check_list(*node.find(action), path + ".commands");
    if (job_runs_program(action)) return check_run(node, action, path);
    if (action == "chdir")
      expect_text(*node.find(action), path + ".chdir");
    else
      check_change(node, action, path);
  }

  const Document& document_;
  std::string stage_; // of the node that is looked at
};

} // namespace

std::string_view job_action(const Value& node) {
  for (const auto& [key, value] : *node.if_map())
    if (is_action(key)) return key;
  return {};
}

bool job_runs_program(std::string_view action) {
  return action == "cmd" || action == "hit" || action == "hdist";
}

void check_job(const Value& commands, const Document& document, const std::string& path) {
  if (!commands.is_null()) JobChecker(document).check_list(commands, path);
}

} // namespace hdist
