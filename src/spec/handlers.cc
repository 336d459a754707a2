#include "spec/handlers.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

namespace hdist {

namespace {

using Handler = StageWork (*)(const StageEntry& stage, Fields& fields);

Value command_node(const StageEntry& stage, std::vector<std::string> argv) {
  Value::List words;
  for (std::string& word : argv)
    words.emplace_back(std::move(word));
  Value node;
  node.set("cmd", Value(std::move(words)));
  node.set("nohash_stage", stage.name);
  return node;
}

/// The command, in `directory` when the stage names one.
StageWork in_directory(Fields& fields, Value node) {
  StageWork work;
  std::optional<std::string> directory = fields.text_if("directory");
  if (!directory) {
    work.commands.push_back(std::move(node));
    return work;
  }
  Value chdir;
  chdir.set("chdir", *directory);
  Value scope;
  scope.set("commands", Value(Value::List{std::move(chdir), std::move(node)}));
  work.commands.push_back(std::move(scope));
  return work;
}

void append(std::vector<std::string>& words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
}

StageWork configure_work(const StageEntry& stage, Fields& fields) {
  std::vector<std::string> argv{fields.text_or("script", "./configure"), "--prefix=${ARTIFACT}"};
  append(argv, fields.texts("args"));
  return in_directory(fields, command_node(stage, std::move(argv)));
}

/// The letters of make's option word "-kj4": whether -j is among them, and whether the next word is
/// the value of the last one.
struct MakeLetters {
  bool jobs = false;
  bool takes_next = false;
};

MakeLetters make_letters(std::string_view word) {
  constexpr std::string_view kWithValue = "CfIoWE";
  constexpr std::string_view kWithOptionalValue = "lO";
  for (std::size_t i = 1; i < word.size(); ++i) {
    if (word[i] == 'j') return {.jobs = true};
    if (kWithValue.find(word[i]) != std::string_view::npos)
      return {.takes_next = i + 1 == word.size()};
    if (kWithOptionalValue.find(word[i]) != std::string_view::npos) return {};
  }
  return {};
}

/// "MAKEFLAGS=-j9", "MAKEFLAGS += x"
bool sets_makeflags(std::string_view word) {
  constexpr std::string_view kName = "MAKEFLAGS";
  if (!word.starts_with(kName)) return false;
  std::size_t next = word.find_first_not_of(" \t", kName.size());
  return next != std::string_view::npos &&
         std::string_view("=:?+!").find(word[next]) != std::string_view::npos;
}

/// The first argument of make that sets the number of jobs.
std::optional<std::string> jobs_of_make(const std::vector<std::string>& args) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    bool is_long = arg.starts_with("--");
    bool abbreviated = arg.size() > 2 && std::string_view("--jobs").starts_with(arg);
    if (sets_makeflags(arg) || arg.starts_with("--jobs") || abbreviated) return arg;
    if (is_long || !arg.starts_with('-')) continue;
    MakeLetters letters = make_letters(arg);
    if (letters.jobs) return arg;
    if (letters.takes_next) ++i;
  }
  return std::nullopt;
}

/// Of `cmake --build`: its own, and the build program's after `--`.
std::optional<std::string> jobs_of_cmake(const std::vector<std::string>& args) {
  auto dashes = std::find(args.begin(), args.end(), "--");
  auto own = std::find_if(args.begin(), dashes, [](const std::string& arg) {
    return arg.starts_with("-j") || arg.starts_with("--parallel");
  });
  if (own != dashes) return *own;
  return dashes == args.end() ? std::nullopt : jobs_of_make({dashes + 1, args.end()});
}

void refuse_jobs(const Fields& fields, const std::optional<std::string>& arg) {
  if (arg)
    throw fields.error("args", fmt::format("'{}': the number of jobs is set for all builds "
                                           "together; an own one resets it",
                                           *arg));
}

StageWork make_work(const StageEntry& stage, Fields& fields) {
  std::vector<std::string> argv{"make"};
  std::vector<std::string> args = fields.texts("args");
  refuse_jobs(fields, jobs_of_make(args));
  append(argv, args);
  return in_directory(fields, command_node(stage, std::move(argv)));
}

StageWork cmake_work(const StageEntry& stage, Fields& fields) {
  // The run path comes by LDFLAGS, which CMake keeps when it installs; its own entry for the build
  // tree is relative so that two build directories give the same bytes. CFLAGS alone say how to
  // optimise.
  std::vector<std::string> argv{"cmake",
                                "-S",
                                fields.text_or("source", "."),
                                "-B",
                                fields.text_or("build_directory", "_build"),
                                "-DCMAKE_INSTALL_PREFIX=${ARTIFACT}",
                                "-DCMAKE_INSTALL_LIBDIR=lib",
                                "-DCMAKE_BUILD_TYPE=Release",
                                "-DCMAKE_C_FLAGS_RELEASE=-DNDEBUG",
                                "-DCMAKE_CXX_FLAGS_RELEASE=-DNDEBUG",
                                "-DCMAKE_BUILD_RPATH_USE_ORIGIN=ON"};
  append(argv, fields.texts("args"));
  return in_directory(fields, command_node(stage, std::move(argv)));
}

StageWork cmake_step(const StageEntry& stage, Fields& fields, const char* step) {
  std::vector<std::string> argv{"cmake", step, fields.text_or("build_directory", "_build")};
  std::vector<std::string> args = fields.texts("args");
  refuse_jobs(fields, jobs_of_cmake(args));
  append(argv, args);
  return in_directory(fields, command_node(stage, std::move(argv)));
}

StageWork cmake_build_work(const StageEntry& stage, Fields& fields) {
  return cmake_step(stage, fields, "--build");
}
StageWork cmake_install_work(const StageEntry& stage, Fields& fields) {
  return cmake_step(stage, fields, "--install");
}

StageWork bash_work(const StageEntry& stage, Fields& fields) {
  std::string script = fields.text("bash");
  if (!script.ends_with('\n')) script += '\n';
  std::string file = "_hashdist/" + stage.name + ".sh";
  StageWork work =
      in_directory(fields, command_node(stage, {"bash", "-euo", "pipefail", "${BUILD}/" + file}));
  work.files.emplace_back(file, std::move(script));
  return work;
}

const std::map<std::string, Handler>& handlers() {
  static const std::map<std::string, Handler> known_handlers{{"configure", configure_work},
                                                             {"make", make_work},
                                                             {"cmake", cmake_work},
                                                             {"cmake_build", cmake_build_work},
                                                             {"cmake_install", cmake_install_work},
                                                             {"bash", bash_work}};
  return known_handlers;
}

Error unknown_handler(const StageEntry& stage, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [known, unused] : handlers())
    names.push_back(known);
  std::optional<std::string> meant = nearest(name, names);
  return document_error(*stage.document, stage.position, fmt::format("stage '{}'", stage.name),
                        fmt::format("no handler is called '{}'{}", name,
                                    meant ? fmt::format("; is '{}' meant?", *meant)
                                          : fmt::format("; there are {}", join(names, ", "))),
                        "handler");
}

/// `${ARTIFACT}` and `$ARTIFACT` of a dependency, seen from the job that depends on it.
std::string seen_from_dependent(const Document& document, const Value& value,
                                const std::string& path, const std::string& dependency) {
  std::string text = replace_all(*value.if_string(), "${ARTIFACT}", "${" + dependency + "_DIR}");
  std::size_t bare = text.find("$ARTIFACT");
  if (bare != std::string::npos)
    throw document_error(document, value.position(), path,
                         "write ${ARTIFACT}, with braces, in the environment of dependents");
  return text;
}

} // namespace

StageWork stage_work(const StageEntry& stage, const Parameters& parameters) {
  std::string path = fmt::format("stage '{}'", stage.name);
  Value value = replace_parameters(*stage.document, stage.fields, parameters, path);
  if (value.is_null()) value = Value::map();
  value.set_position(stage.position);
  Fields fields(*stage.document, value, path);
  std::string name = fields.text_or("handler", stage.name);
  auto found = handlers().find(name);
  if (found == handlers().end()) throw unknown_handler(stage, name);
  StageWork work = found->second(stage, fields);
  fields.finish();
  return work;
}

std::vector<std::string> postprocess_arguments(const StageEntry& stage,
                                               const Parameters& parameters) {
  std::string path = fmt::format("post_process stage '{}'", stage.name);
  Value value = replace_parameters(*stage.document, stage.fields, parameters, path);
  Fields fields(*stage.document, value, path);
  std::vector<std::string> args = fields.texts("args");
  fields.finish();
  return args;
}

namespace {

const Value::List& expect_list(const Document& document, const Value& list,
                               const std::string& path) {
  if (list.if_list() == nullptr)
    throw document_error(document, list.position(), path,
                         fmt::format("expected a list, found {}", type_with_article(list)));
  return *list.if_list();
}

/// {set: NAME, value: TEXT} and its like as a command of the job.
Value read_action(const Document& document, const Value& item, const std::string& path) {
  static const std::vector<std::string> known_actions{"set", "prepend_path", "append_path",
                                                      "prepend_flag", "append_flag"};
  Fields fields(document, item, path);
  Value node;
  for (const std::string& action : known_actions)
    if (std::optional<std::string> name = fields.text_if(action)) {
      if (node.if_map() != nullptr)
        throw document_error(document, item.position(), path, "expected one action");
      node.set(action, *name);
    }
  if (node.is_null()) {
    fields.ignore({"value"});
    fields.finish(); // a misspelt one
    throw document_error(document, item.position(), path,
                         fmt::format("expected one of {}", join(known_actions, ", ")));
  }
  const Value& value = fields.need("value");
  expect_string(document, value, path + ".value");
  fields.finish();
  node.set("value", value);
  return node;
}

bool is_reference(const Value& value) {
  return value.if_string() != nullptr && value.if_string()->find("{{") != std::string::npos;
}

} // namespace

Value::List environment_actions(const Document& document, const Value& list,
                                const std::string& path, const std::string& dependency) {
  Value::List nodes;
  for (const Value& item : expect_list(document, list, path)) {
    std::string item_path = fmt::format("{}[{}]", path, nodes.size());
    Value node = read_action(document, item, item_path);
    if (!dependency.empty())
      node.set("value", seen_from_dependent(document, *node.find("value"), item_path, dependency));
    nodes.push_back(std::move(node));
  }
  return nodes;
}

void check_environment_actions(const Document& document, const Value& list, const std::string& path,
                               const std::string& dependency) {
  if (is_reference(list)) return;
  Value::List known;
  for (const Value& item : expect_list(document, list, path))
    if (!is_reference(item)) known.push_back(item);
  environment_actions(document, Value(std::move(known)), path, dependency);
}

} // namespace hdist
