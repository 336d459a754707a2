#include "spec/stack.h"

#include "base/dir.h"
#include "base/named_file.h"
#include "base/text.h"
#include "data/yaml.h"
#include "model/artifact_id.h"
#include "spec/package_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace hdist {

namespace {

std::map<std::string, std::string> read_toolchain(const Document& document, Fields& fields) {
  std::map<std::string, std::string> toolchain;
  if (const Value::Map* map = fields.map("toolchain"))
    for (const auto& [role, program] : *map)
      toolchain[role] = expect_string(document, program, "toolchain." + role);
  return toolchain;
}

std::vector<StackPackage> read_packages(const Document& document, Fields& fields) {
  std::vector<StackPackage> packages;
  const Value* value = &fields.need("packages");
  if (value->is_null()) return packages;
  if (value->if_map() == nullptr)
    throw document_error(
        document, value->position(), "packages",
        fmt::format(
            "expected a map from package to its parameters ('lua:' alone is enough), found {}",
            type_with_article(*value)));
  for (const auto& [name, settings] : *value->if_map()) {
    if (!settings.is_null() && settings.if_map() == nullptr)
      throw document_error(
          document, settings.position(), "packages." + name,
          fmt::format("expected the package's parameters (a map) or nothing, found {}",
                      type_with_article(settings)));
    packages.push_back({name, settings, settings.position()});
  }
  return packages;
}

/// One that is not there would let recipes of other directories be taken silently.
std::vector<std::string> read_package_dirs(Fields& fields, const std::string& stack_directory) {
  std::vector<std::string> directories;
  for (const std::string& given : fields.texts("package_dirs")) {
    directories.push_back(
        normal_path(given.starts_with('/') ? given : join_path(stack_directory, given)));
    if (!Dir::open_if_exists(directories.back()))
      throw fields.error("package_dirs", fmt::format("there is no directory '{}'", given));
  }
  return directories;
}

} // namespace

StackFile read_stack(const std::string& path) {
  constexpr int64_t kMostBytes = 16 << 20;
  StackFile stack;
  stack.path = absolute_path(path);
  std::optional<std::string> text = read_named_file(stack.path, kMostBytes);
  if (!text)
    throw Error(ErrorKind::usage, "stack.not-found",
                fmt::format("there is no stack file {}", printable(path)));
  stack.document = read_yaml(path, std::move(*text));
  const Value& root = stack.document.root;
  if (root.if_map() == nullptr)
    throw document_error(
        stack.document, root.position(), "",
        root.is_null()
            ? "the stack file is empty; it needs at least 'name:' and 'packages:'"
            : fmt::format("expected a stack (a map), found {}", type_with_article(root)));
  Fields fields(stack.document, root, "");
  // Known from the start: none of them is taken for a misspelt one that is missing.
  fields.ignore({"packages", "package_dirs", "toolchain", "parameters"});
  stack.name = fields.text("name");
  if (!is_valid_name(stack.name)) throw fields.error("name", fmt::format("expected {}", kNameRule));
  stack.packages = read_packages(stack.document, fields);
  stack.toolchain = read_toolchain(stack.document, fields);
  if (const Value* parameters = fields.find("parameters")) stack.parameters = *parameters;
  if (!stack.parameters.is_null() && stack.parameters.if_map() == nullptr)
    throw fields.error("parameters", "expected a map");
  stack.package_dirs = read_package_dirs(
      fields, folder_of_named(real_path_if_exists(stack.path).value_or(stack.path)));
  fields.finish();
  return stack;
}

std::optional<std::string> find_stack_if_any(const std::string& directory) {
  for (std::string at = absolute_path(directory);; at = parent_path(at)) {
    std::string candidate = join_path(at, "stack.yaml");
    if (real_path_if_exists(candidate)) return candidate;
    if (at == "/" || at.empty()) return std::nullopt;
  }
}

std::string find_stack(const std::string& directory) {
  if (std::optional<std::string> found = find_stack_if_any(directory)) return *found;
  throw Error(
      ErrorKind::usage, "stack.not-found",
      fmt::format("there is no stack.yaml in {} or a directory above it, and no stack was named",
                  absolute_path(directory)));
}

namespace {

/// Walks the dependencies of the stack's packages and adds each package's tasks once, dependencies
/// first.
class Compiler {
public:
  Compiler(const StackFile& stack, const CompileOptions& options)
      : stack_(stack), options_(options), book_(search_directories(stack, options)) {}

  Compiled compile() {
    for (const StackPackage& package : stack_.packages)
      settings_[package.name] = &package;
    for (const StackPackage& package : stack_.packages)
      visit(package.name, {stack_.document, package.position, "packages." + package.name});
    refuse_unused_parameters();
    refuse_unknown_roles();
    compiled_.files = book_.files();
    compiled_.files.insert(compiled_.files.begin(), stack_.path);
    return std::move(compiled_);
  }

private:
  static std::vector<std::string> search_directories(const StackFile& stack,
                                                     const CompileOptions& options) {
    std::vector<std::string> directories = stack.package_dirs;
    directories.insert(directories.end(), options.collections.begin(), options.collections.end());
    return directories;
  }

  void visit(const std::string& name, const AskedFrom& asked) {
    if (done_.contains(name)) return;
    if (auto open = std::find(open_.begin(), open_.end(), name); open != open_.end()) {
      std::vector<std::string> cycle(open, open_.end());
      cycle.push_back(name);
      throw document_error(
          asked.document, asked.at, asked.path,
          fmt::format("packages depend on one another in a circle: {}", join(cycle, " -> ")),
          "cycle");
    }
    const Recipe& recipe = book_.get(name, asked);
    if (recipe.file.abstract)
      throw document_error(asked.document, asked.at, asked.path,
                           fmt::format("'{}' is a base for recipes, not a package", name),
                           "abstract");
    open_.push_back(name);
    visit_dependencies(recipe, recipe.build_dependencies, "build");
    visit_dependencies(recipe, recipe.run_dependencies, "run");
    open_.pop_back();
    done_.insert(name);
    add_tasks(recipe);
  }

  void visit_dependencies(const Recipe& recipe, const std::set<std::string>& names,
                          const std::string& kind) {
    const Value* field = recipe.file.document->root.find("dependencies");
    const Value* list = field == nullptr ? nullptr : field->find(kind);
    for (const std::string& name : names)
      visit(name, {*recipe.file.document, position_of(list, name), "dependencies." + kind});
  }

  static Position position_of(const Value* list, const std::string& name) {
    if (list == nullptr || list->if_list() == nullptr) return {};
    for (const Value& item : *list->if_list())
      if (item.if_string() != nullptr && *item.if_string() == name) return item.position();
    return list->position();
  }

  void add_tasks(const Recipe& recipe) {
    const std::string& name = recipe.file.name;
    auto listed = settings_.find(name);
    bool requested = listed != settings_.end();
    Parameters& parameters = parameters_[name] = package_parameters(
        recipe, stack_, requested ? listed->second->settings : Value(), "packages." + name);
    for (const auto& [parameter, unused] : parameters)
      used_parameters_.insert(parameter);
    for (const auto& [role, unused] : recipe.toolchain)
      used_roles_.insert(role);
    std::map<std::string, Dependency> dependencies;
    for (const std::string& dependency : recipe.build_dependencies)
      dependencies[dependency] = {
          &book_.get(dependency, {*recipe.file.document, {}, "dependencies.build"}),
          &parameters_.at(dependency)};
    PackageSpec spec = package_spec(recipe, parameters, dependencies, stack_, options_);
    if (spec.pack) add_task("pack:" + spec.pack->key.str(), *spec.pack);
    for (const RecipeSource& source : spec.sources)
      add_task("fetch:" + source.key.str(), FetchTask{source.candidates});
    std::string task = build_task_name(name);
    add_task(task, BuildTask{std::move(spec.spec)});
    compiled_.packages.push_back({name, recipe.file.version, recipe.file.description, task,
                                  requested, std::move(spec.tests)});
  }

  void add_task(const std::string& name, TaskAction action) {
    if (tasks_.insert(name).second) compiled_.graph.tasks.push_back({name, std::move(action), {}});
  }

  void refuse_unused_parameters() const {
    const Value::Map* global = stack_.parameters.if_map();
    if (global == nullptr) return;
    std::vector<std::string> known(used_parameters_.begin(), used_parameters_.end());
    for (const auto& [name, value] : *global) {
      if (used_parameters_.contains(name) && name != "name" && name != "version") continue;
      std::optional<std::string> meant = nearest(name, known);
      throw document_error(stack_.document, value.position(), "parameters." + name,
                           fmt::format("no recipe of this stack has a parameter of this name{}",
                                       meant ? fmt::format("; is '{}' meant?", *meant) : ""),
                           "unknown-parameter");
    }
  }

  /// Those that recipes usually ask for may be set without one that does: a stack's `fc` need not
  /// go when its last Fortran package goes.
  void refuse_unknown_roles() const {
    std::set<std::string> known{"cc", "cxx", "fc", "make", "cmake"};
    known.insert(used_roles_.begin(), used_roles_.end());
    for (const auto& [role, program] : stack_.toolchain) {
      if (known.contains(role)) continue;
      std::vector<std::string> names(known.begin(), known.end());
      std::optional<std::string> meant = nearest(role, names);
      const Value& given = *stack_.document.root.find("toolchain")->find(role);
      throw document_error(stack_.document, given.key_position(), "toolchain." + role,
                           fmt::format("no recipe of this stack asks for a tool of this role{}",
                                       meant ? fmt::format("; is '{}' meant?", *meant)
                                             : fmt::format(" (known are {})", join(names, ", "))),
                           "unknown-role");
    }
  }

  const StackFile& stack_;
  const CompileOptions& options_;
  RecipeBook book_;
  std::map<std::string, Parameters> parameters_; // of the packages that were visited
  std::map<std::string, const StackPackage*> settings_;
  std::set<std::string> done_, tasks_, used_parameters_, used_roles_;
  std::vector<std::string> open_;
  Compiled compiled_;
};

} // namespace

Compiled compile_stack(const StackFile& stack, const CompileOptions& options) {
  return Compiler(stack, options).compile();
}

} // namespace hdist
