#include "spec/recipe_book.h"

#include "base/dir.h"
#include "base/text.h"
#include "model/artifact_id.h"
#include "spec/stages.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

std::optional<std::string> find_recipe_file(const std::vector<std::string>& directories,
                                            const std::string& name) {
  for (const std::string& directory : directories) {
    std::optional<Dir> dir = Dir::open_if_exists(directory);
    if (!dir) continue;
    for (const std::string& file : {fmt::format("{0}/{0}.yaml", name), name + ".yaml"})
      if (real_path_if_exists(join_path(directory, file))) return join_path(directory, file);
  }
  return std::nullopt;
}

std::vector<std::string> known_recipes(const std::vector<std::string>& directories) {
  std::vector<std::string> names;
  for (const std::string& directory : directories) {
    std::optional<Dir> dir = Dir::open_if_exists(directory);
    if (!dir) continue;
    for (const Entry& entry : dir->list()) {
      if (entry.type == EntryType::directory) names.push_back(entry.name);
      if (entry.name.ends_with(".yaml"))
        names.push_back(entry.name.substr(0, entry.name.size() - 5));
    }
  }
  return names;
}

Error unknown_package(const std::string& name, const AskedFrom& asked,
                      const std::vector<std::string>& directories) {
  std::optional<std::string> meant = nearest(name, known_recipes(directories));
  std::string hint = meant ? fmt::format("; is '{}' meant?", *meant) : std::string();
  return document_error(asked.document, asked.at, asked.path,
                        fmt::format("no recipe is called '{}'{} (looked in {})", name, hint,
                                    directories.empty() ? "no directory" : join(directories, ", ")),
                        "unknown-package");
}

} // namespace

const RecipeFile& RecipeBook::file_of(const std::string& name, const AskedFrom& asked) {
  if (auto found = read_.find(name); found != read_.end()) return found->second;
  if (!is_valid_name(name))
    throw document_error(asked.document, asked.at, asked.path,
                         fmt::format("'{}' is no package name", printable(name)),
                         "unknown-package");
  std::optional<std::string> path = find_recipe_file(directories_, name);
  if (!path) throw unknown_package(name, asked, directories_);
  files_.push_back(*path);
  return read_.emplace(name, read_recipe(*path)).first->second;
}

/// Bases before what extends them, each once.
void RecipeBook::collect_bases(const RecipeFile& file, std::vector<const RecipeFile*>& order,
                               std::vector<std::string>& open) {
  open.push_back(file.name);
  for (const std::string& base : file.extends) {
    const Value* field = file.document->root.find("extends");
    AskedFrom asked{*file.document, field->position(), "extends"};
    if (std::find(open.begin(), open.end(), base) != open.end())
      throw document_error(
          *file.document, field->position(), "extends",
          fmt::format("'{}' extends itself: {} -> {}", base, join(open, " -> "), base), "cycle");
    const RecipeFile& found = file_of(base, asked);
    if (std::find(order.begin(), order.end(), &found) != order.end()) continue;
    collect_bases(found, order, open);
    order.push_back(&found);
  }
  open.pop_back();
}

std::set<std::string> RecipeBook::ancestors_of(const RecipeFile& file) {
  std::vector<const RecipeFile*> order;
  std::vector<std::string> open;
  collect_bases(file, order, open);
  std::set<std::string> names;
  for (const RecipeFile* base : order)
    names.insert(base->name);
  return names;
}

namespace {

/// Taking away or replacing what no base has is a misspelt name (the original accepted it).
void check_modes(const std::vector<StageEntry>& inherited, const std::vector<StageEntry>& own) {
  std::vector<std::string> names;
  names.reserve(inherited.size());
  for (const StageEntry& stage : inherited)
    names.push_back(stage.name);
  for (const StageEntry& stage : own) {
    if (stage.mode == "override" ||
        std::find(names.begin(), names.end(), stage.name) != names.end())
      continue;
    std::optional<std::string> meant = nearest(stage.name, names);
    throw document_error(*stage.document, stage.position, fmt::format("stage '{}'", stage.name),
                         fmt::format("mode is {}, but no base has a stage of this name{}",
                                     stage.mode,
                                     meant ? fmt::format("; is '{}' meant?", *meant) : ""),
                         "stage");
  }
}

/// Merges one layer of stages over what came before; `origins` says which recipe a stage is from. A
/// stage of a base that is no ancestor of this layer's recipe belongs to an unrelated base: an
/// error, since neither can be meant to win.
void add_layer(std::vector<StageEntry>& stages, std::map<std::string, std::string>& origins,
               const std::vector<StageEntry>& own, const std::string& recipe,
               const std::set<std::string>& ancestors) {
  for (const StageEntry& stage : own) {
    auto origin = origins.find(stage.name);
    if (origin != origins.end() && !ancestors.contains(origin->second))
      throw document_error(
          *stage.document, stage.position, fmt::format("stage '{}'", stage.name),
          fmt::format("the base '{}' has a stage of this name too", origin->second), "stage");
    origins[stage.name] = recipe;
  }
  check_modes(stages, own);
  stages = inherit_stages({stages}, own);
}

void add_tools(std::map<std::string, Piece>& tools, const RecipeFile& file) {
  const Value* roles = file.document->root.find("toolchain");
  if (roles == nullptr || roles->if_list() == nullptr) return;
  for (const Value& role : *roles->if_list())
    tools.emplace(*role.if_string(), Piece{file.document, role, "toolchain"});
}

void add_piece(std::vector<Piece>& pieces, const RecipeFile& file, const Value& value,
               const std::string& path) {
  if (!value.is_null()) pieces.push_back({file.document, value, path});
}

void merge_parameters(Recipe& recipe, const RecipeFile& layer) {
  if (layer.parameters.is_null()) return;
  for (const auto& [name, value] : *layer.parameters.if_map()) {
    if (name == "name" || name == "version")
      throw document_error(*layer.document, value.position(), "parameters." + name,
                           "this name always stands for the recipe's own");
    recipe.parameters.set(name, value);
  }
}

} // namespace

Recipe RecipeBook::merge(const RecipeFile& file) {
  std::vector<const RecipeFile*> layers;
  std::vector<std::string> open;
  collect_bases(file, layers, open);
  layers.push_back(&file);
  Recipe recipe;
  recipe.file = file;
  std::map<std::string, std::string> build_origins, post_origins;
  for (const RecipeFile* layer : layers) {
    std::set<std::string> ancestors = ancestors_of(*layer);
    merge_parameters(recipe, *layer);
    recipe.build_dependencies.insert(layer->build_dependencies.begin(),
                                     layer->build_dependencies.end());
    recipe.run_dependencies.insert(layer->run_dependencies.begin(), layer->run_dependencies.end());
    add_tools(recipe.toolchain, *layer);
    add_layer(recipe.build_stages, build_origins, layer->build_stages, layer->name, ancestors);
    add_layer(recipe.post_process, post_origins, layer->post_process, layer->name, ancestors);
    add_piece(recipe.build_environment, *layer, layer->build_environment, "build_environment");
    add_piece(recipe.when_build_dependency, *layer, layer->when_build_dependency,
              "when_build_dependency");
    if (!layer->profile_links.is_null())
      recipe.profile_links = Piece{layer->document, layer->profile_links, "profile_links"};
    if (!layer->profile_variables.is_null())
      recipe.profile_variables =
          Piece{layer->document, layer->profile_variables, "profile_variables"};
  }
  recipe.build_stages = order_stages(recipe.build_stages);
  recipe.post_process = order_stages(recipe.post_process);
  return recipe;
}

const Recipe& RecipeBook::get(const std::string& name, const AskedFrom& asked) {
  if (auto found = merged_.find(name); found != merged_.end()) return found->second;
  const RecipeFile& file = file_of(name, asked);
  return merged_.emplace(name, merge(file)).first->second;
}

} // namespace hdist
