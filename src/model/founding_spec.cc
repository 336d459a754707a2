// The job gets $blas (id) and $blaspath (path) as variables, set from those of the imports, so that
// all else is the job language's. Lists are in the order of names, because the maps of the page
// have no order.
#include "model/founding_spec.h"

#include "base/text.h"
#include "data/fields.h"
#include "model/artifact_id.h"
#include "model/safe_path.h"
#include "model/source_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace hdist {
namespace {

constexpr std::string_view kUnhashedSuffix = "_nohash";
/// What a job is told about itself, which no dependency may hide.
constexpr std::array<std::string_view, 6> kOfTheJob{"ARTIFACT", "BUILD", "HOME",
                                                    "PATH",     "PWD",   "TMPDIR"};
constexpr const char* kGiven = "nohash_founding";

bool is_variable_name(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// "x_nohash" as the name that is not hashed here; any other as it is.
std::string hashed_name(const std::string& name) {
  if (!name.ends_with(kUnhashedSuffix)) return name;
  return "nohash_" + name.substr(0, name.size() - kUnhashedSuffix.size());
}

/// With such names changed at any depth.
Value renamed(const Value& value) {
  Value out = value;
  if (Value::List* list = out.if_list())
    for (Value& item : *list)
      item = renamed(item);
  if (Value::Map* map = out.if_map())
    for (auto& [name, item] : *map) {
      name = hashed_name(name);
      item = renamed(item);
    }
  return out;
}

Value made_at(Value value, const Value& from) {
  value.set_position(from.position());
  return value;
}

/// `word` begins with "$name" or "${name}", and then ends or goes on with '/': what follows.
std::optional<std::string> after_variable(const std::string& word, const std::string& name) {
  for (const std::string& start : {"$" + name, "${" + name + "}"}) {
    if (!word.starts_with(start)) continue;
    const std::string rest = word.substr(start.size());
    if (rest.empty() || rest.front() == '/') return rest;
  }
  return std::nullopt;
}

class Mapping {
public:
  Mapping(const Document& document, const Value& spec, const std::string& path)
      : document_(document), spec_(spec), fields_(document, spec, path) {}

  Value map() {
    Value out = made_at(Value::map(), spec_);
    for (const char* name : {"name", "version"})
      if (const Value* value = fields_.find(name)) out.set(name, *value);
    read_dependencies();
    add_sources(out);
    Value build = Value::map();
    build.set("import", std::move(imports_));
    build.set("commands", commands());
    out.set("build", std::move(build));
    for (const char* name : {"parameters", "parameters_nohash"})
      if (const Value* value = fields_.find(name)) out.set(hashed_name(name), renamed(*value));
    add_unhashed(out);
    fields_.finish();
    out.set(kGiven, spec_);
    return out;
  }

private:
  /// Sorted by name.
  std::map<std::string, const Value*> sorted_map(const char* name) {
    std::map<std::string, const Value*> sorted;
    if (const Value::Map* map = fields_.map(name))
      for (const auto& [key, value] : *map)
        sorted.emplace(key, &value);
    return sorted;
  }

  void read_dependencies() {
    dependencies_ = sorted_map("build-dependencies");
    for (const auto& [name, value] : dependencies_) {
      const std::string path = fields_.path_of("build-dependencies") + "." + name;
      if (!is_variable_name(name))
        throw document_error(document_, value->position(), path,
                             fmt::format("\"{}\" cannot be the name of a variable: expected "
                                         "letters, digits and '_', no digit first",
                                         printable(name)));
      if (std::find(kOfTheJob.begin(), kOfTheJob.end(), name) != kOfTheJob.end())
        throw document_error(document_, value->position(), path,
                             fmt::format("${} is a variable of every job", name));
      if (dependencies_.contains(name + "path"))
        throw document_error(document_, value->position(), path,
                             fmt::format("its path would be ${0}path, but {0}path is a dependency "
                                         "of its own",
                                         name));
      const std::string& id = expect_string(document_, *value, path);
      const std::optional<ArtifactId> old = ArtifactId::parse_old(id);
      Value import = made_at(Value::map(), *value);
      import.set("id", made_at(old ? Value(old->str()) : *value, *value));
      import.set("ref", name);
      imports_.push(std::move(import));
    }
  }

  void add_sources(Value& out) {
    Value sources = Value::list();
    for (const auto& [target, value] : sorted_map("sources")) {
      const std::string path = fields_.path_of("sources") + "." + target;
      const std::string& text = expect_string(document_, *value, path);
      if (target != "." &&
          !is_safe_relative_path(target.substr(0, target.find_last_not_of('/') + 1)))
        throw document_error(
            document_, value->position(), path,
            fmt::format("\"{}\" is no path below the build directory", printable(target)));
      const std::optional<SourceKey> key = SourceKey::parse(text);
      if (!key)
        throw document_error(document_, value->position(), path,
                             fmt::format("\"{}\" is no source key", printable(text)));
      Value source = made_at(Value::map(), *value);
      source.set("key", made_at(Value(key->str()), *value));
      source.set("target", target);
      sources.push(std::move(source));
    }
    if (!sources.if_list()->empty()) out.set("sources", std::move(sources));
  }

  Value commands() {
    Value commands = Value::list();
    const auto set = [&](const std::string& name, const char* field, Value value) {
      Value command = made_at(Value::map(), value);
      command.set("set", name);
      command.set(field, std::move(value));
      commands.push(std::move(command));
    };
    for (const auto& [name, value] : dependencies_) {
      set(name, "value", made_at(Value("${" + name + "_ID}"), *value));
      set(name + "path", "value", made_at(Value("${" + name + "_DIR}"), *value));
    }
    for (const auto& [name, value] : sorted_variables("env"))
      set(name, "value", *value);
    commands.push(command());
    return commands;
  }

  std::map<std::string, const Value*> sorted_variables(const char* field) {
    std::map<std::string, const Value*> variables = sorted_map(field);
    for (const auto& [name, value] : variables) {
      const std::string path = fields_.path_of(field) + "." + name;
      expect_string(document_, *value, path);
      if (name.empty() || name.find('=') != std::string::npos)
        throw document_error(
            document_, value->position(), path,
            fmt::format("\"{}\" cannot be the name of a variable", printable(name)));
    }
    return variables;
  }

  Value command() {
    const std::vector<std::string> words = fields_.texts("command");
    const Value& given = fields_.need("command");
    if (words.empty()) throw fields_.error("command", "expected a program and its arguments");
    Value command = made_at(Value::map(), given);
    Value list = made_at(Value(*given.if_list()), given);
    if (words.front() == "hdist") {
      if (words.size() == 1) throw fields_.error("command", "expected a command after \"hdist\"");
      list.if_list()->erase(list.if_list()->begin());
      command.set("hdist", std::move(list));
    } else {
      Value& first = list.if_list()->front();
      first = made_at(Value(program(words.front())), first);
      command.set("cmd", std::move(list));
    }
    Value unhashed = Value::map();
    for (const auto& [name, value] : sorted_variables("env_nohash"))
      unhashed.set(name, *value);
    if (!unhashed.if_map()->empty()) command.set("nohash_env", std::move(unhashed));
    return command;
  }

  /// The first word of the command, whose "$python/..." means the path: an id is no program.
  std::string program(const std::string& word) {
    for (const auto& [name, unused] : dependencies_) {
      if (const auto rest = after_variable(word, name); rest && !rest->empty())
        return "${" + name + "path}" + *rest;
      if (const auto rest = after_variable(word, name + "path"); rest && !rest->empty())
        return word;
      if (after_variable(word, name) || after_variable(word, name + "path"))
        throw fields_.error("command", fmt::format("\"{}\" is an artifact: expected a program in "
                                                   "it, as \"${}path/bin/...\"",
                                                   printable(word), name));
    }
    throw fields_.error(
        "command", fmt::format("\"{}\" is not of a build dependency: the first word has to "
                               "begin with the variable of one (\"$python/bin/python\"), or be "
                               "\"hdist\"",
                               printable(word)));
  }

  /// Any other "x_nohash" of the document.
  void add_unhashed(Value& out) {
    for (const auto& [name, value] : *spec_.if_map()) {
      if (out.find(hashed_name(name)) != nullptr || name == "env_nohash") continue;
      if (!name.ends_with(kUnhashedSuffix) && !name.starts_with("nohash_")) continue;
      fields_.find(name);
      out.set(hashed_name(name), renamed(value));
    }
  }

  const Document& document_;
  const Value& spec_;
  Fields fields_;
  std::map<std::string, const Value*> dependencies_;
  Value imports_ = Value::list();
};

} // namespace

bool is_founding_spec(const Value& spec) {
  return spec.if_map() != nullptr && spec.find("command") != nullptr &&
         spec.find("build") == nullptr;
}

Value map_founding_spec(const Document& document, const Value& spec, const std::string& path) {
  return Mapping(document, spec, path).map();
}

Value founding_form(const Value& build_spec) {
  const Value* given = build_spec.find(kGiven);
  const Value* build = build_spec.find("build");
  const Value* imports = build != nullptr ? build->find("import") : nullptr;
  if (given == nullptr || given->if_map() == nullptr) return {};
  Value out = *given;
  Value* dependencies = out.find("build-dependencies");
  if (dependencies == nullptr || imports == nullptr || imports->if_list() == nullptr) return out;
  for (const Value& import : *imports->if_list()) {
    const Value* name = import.find("ref");
    const Value* id = import.find("id");
    if (name != nullptr && name->if_string() != nullptr && id != nullptr)
      dependencies->set(*name->if_string(), *id);
  }
  return out;
}

} // namespace hdist
