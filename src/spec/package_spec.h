// package_spec.h: one merged recipe with its parameters to a build spec (DESIGN.md 18) and the
// fetches that it needs.
#pragma once

#include "model/task_graph.h"
#include "spec/parameters.h"
#include "spec/recipe_book.h"
#include "spec/stack.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hdist {

/// One source of a recipe: where it may come from and where it is unpacked.
struct RecipeSource {
  SourceKey key;
  std::vector<SourceCandidate> candidates; // in order
  std::string target = ".";
  std::optional<int> strip;
};

/// What a package contributes to the task graph. Import ids in the spec are "$build:<package>".
struct PackageSpec {
  Value spec;
  std::optional<PackTask> pack; // the texts of its bash stages
  std::vector<RecipeSource> sources;
  std::vector<std::vector<std::string>> tests;
};

/// Settings of the stack over the defaults of the recipe and its bases, types kept; adds name and
/// version.
Parameters package_parameters(const Recipe& recipe, const StackFile& stack, const Value& settings,
                              const std::string& settings_path);

/// A recipe and the parameters that it is built with.
struct Dependency {
  const Recipe* recipe = nullptr;
  const Parameters* parameters = nullptr;
};

/// `dependencies` are the direct build dependencies, by name.
PackageSpec package_spec(const Recipe& recipe, const Parameters& parameters,
                         const std::map<std::string, Dependency>& dependencies,
                         const StackFile& stack, const CompileOptions& options);

/// "gtk+-3" -> "GTK__3": the name of a dependency in variables.
std::string variable_prefix(const std::string& package);

std::string build_task_name(const std::string& package);

} // namespace hdist
