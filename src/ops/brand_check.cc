#include "ops/brand_check.h"

#include "base/path.h"
#include "base/process.h"
#include "base/text.h"
#include "data/fields.h"
#include "data/json.h"
#include "spec/stack.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <functional>

namespace hdist {

namespace {

using Use = std::function<void(const Value& item, const std::string& field)>;

void for_each(const Document& toml, const char* name, const Use& use) {
  const Value* value = toml.root.find(name);
  const Value::List* list = value != nullptr ? value->if_list() : nullptr;
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i)
    use((*list)[i], fmt::format("{}[{}]", name, i));
}

void check_there(const Document& toml, const Value& value, const std::string& field,
                 const std::string& base, bool is_folder) {
  const std::string path = normal_path(join_path(base, *value.if_string()));
  struct stat info {};
  const bool is_there = stat(path.c_str(), &info) == 0;
  // It is given away with the brand, so a brand.toml of somebody else must not pick what.
  if (is_there && !(real_path(path) + "/").starts_with(real_path(base) + "/"))
    throw document_error(toml, value.position(), field,
                         fmt::format("{} lies outside the folder of this file: expected a path in "
                                     "it, because it is published with the brand",
                                     printable(path)),
                         "outside");
  if (is_there && (is_folder ? S_ISDIR(info.st_mode) : S_ISREG(info.st_mode))) return;
  throw document_error(toml, value.position(), field,
                       fmt::format("expected a {}, but {} {}",
                                   is_folder ? "folder of recipes" : "file", printable(path),
                                   is_there ? "is none" : "is not there"),
                       "missing-file");
}

void check_files(const Document& toml, const std::string& base) {
  std::vector<std::string> names;
  for_each(toml, "collections", [&](const Value& item, const std::string& field) {
    check_there(toml, item, field, base, true);
    names.push_back(base_name(normal_path(join_path(base, *item.if_string()))));
    if (std::count(names.begin(), names.end(), names.back()) > 1)
      throw document_error(toml, item.position(), field,
                           fmt::format("a folder called {} is there already: each is installed "
                                       "under its name, expected another one",
                                       printable(names.back())));
  });
  for_each(toml, "commands", [&](const Value& item, const std::string& field) {
    check_there(toml, *item.find("file"), field + ".file", base, false);
  });
}

/// The program proper knows its commands; they are none of the operations.
std::vector<std::string> commands_of_program(const Session& session) {
  Command command;
  command.argv = {join_path(session.paths().modules, base_name(session.paths().modules)), "--json",
                  "help"};
  command.env.set("PATH", "/usr/bin:/bin");
  std::vector<std::string> names;
  const Value help = parse_json(capture(command, session.stop()), "the list of commands");
  for (const Value& entry : *help.find("commands")->if_list())
    names.push_back(*entry.find("name")->if_string());
  // What the present brand adds does not go into the new one.
  for (const BrandCommand& own : session.brand().commands)
    std::erase(names, own.name);
  return names;
}

void check_commands(const Session& session, const Document& toml, const BrandFile& file) {
  if (file.brand.hidden_commands.empty() && file.brand.commands.empty()) return;
  const std::vector<std::string> known = commands_of_program(session);
  const auto is_known = [&](const std::string& name) {
    return std::find(known.begin(), known.end(), name) != known.end();
  };
  for_each(toml, "hide", [&](const Value& item, const std::string& field) {
    const std::string& name = *item.if_string();
    if (is_known(name)) return;
    const std::optional<std::string> meant = nearest(name, known);
    throw document_error(toml, item.position(), field,
                         fmt::format("'{}' is no command{}", printable(name),
                                     meant ? fmt::format("; is '{}' meant?", *meant)
                                           : "; there are " + join(known, ", ")));
  });
  for_each(toml, "commands", [&](const Value& item, const std::string& field) {
    const Value& name = *item.find("name");
    if (is_known(*name.if_string()))
      throw document_error(
          toml, name.position(), field + ".name",
          fmt::format("there is a command '{}' already: expected another name", *name.if_string()));
  });
}

/// It is compiled with the recipes that it will be installed with; for tools of any machine, since
/// this one need not have them.
void compile_default_stack(const Session& session, const BrandFile& file, const std::string& base,
                           const StackFile& stack) {
  CompileOptions options;
  for (const std::string& collection : file.collections)
    options.collections.push_back(normal_path(join_path(base, collection)));
  options.collections.push_back(session.paths().packages);
  options.platform = default_platform();
  options.tool = [](const std::string& role, const std::string& program) -> ToolIdentity {
    const std::string name = program.empty() ? role : program;
    return {join_path("/usr/bin", name), "any/" + base_name(name)};
  };
  (void)compile_stack(stack, options);
}

void check_default_stack(const Session& session, const Document& toml, const BrandFile& file,
                         const std::string& base) {
  const Value* value = toml.root.find("default_stack");
  if (value == nullptr || file.default_stack.empty()) return;
  const auto wrong = [&](const std::string& message) {
    return document_error(toml, value->position(), "default_stack",
                          fmt::format("\"{}\" {}", printable(file.default_stack), message));
  };
  check_there(toml, *value, "default_stack", base, false);
  try {
    const StackFile stack = read_stack(join_path(base, file.default_stack));
    if (stack.packages.empty()) throw wrong("names no packages: expected some to install");
    if (!stack.package_dirs.empty())
      throw wrong("has package_dirs, which are not installed with it: expected its recipes in "
                  "the folders of collections");
    compile_default_stack(session, file, base, stack);
  } catch (Error& error) {
    error.during(fmt::format("looking at the default_stack of {}:{}", printable(toml.name),
                             value->position().line));
    throw;
  }
}

} // namespace

void check_brand_files(Session& session, const Document& toml, const BrandFile& file,
                       const std::string& base) {
  check_files(toml, base);
  check_commands(session, toml, file);
  check_default_stack(session, toml, file, base);
}

} // namespace hdist
