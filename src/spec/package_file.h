// package_file.h: one package's YAML as values: the whole recipe language of the native form
// (docs/recipe-format.md).
#pragma once

#include "data/fields.h"
#include "data/value.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

/// A stage as written, one layer of inheritance: `fields` holds everything but name, mode, before
/// and after.
struct StageEntry {
  std::string name;
  std::string mode = "override"; // override, update, replace, remove
  std::vector<std::string> before, after;
  Value fields;
  Position position;
  std::shared_ptr<const Document>
      document; // shared with the recipe: messages about a stage show its own file
};

/// A recipe file as read; `{{...}}` not yet replaced where its value depends on the stack.
struct RecipeFile {
  std::shared_ptr<const Document> document; // shared by everything that keeps a position in it
  std::string name;
  bool abstract = false; // a base: cannot be installed, needs no metadata
  std::string version, description, homepage, license;
  std::vector<std::string> extends;
  Value parameters; // name -> default; a map
  std::vector<std::string> build_dependencies, run_dependencies;
  Value sources;                      // as written, null when absent
  std::vector<std::string> toolchain; // roles: cc, cxx, fc, make, cmake, ...
  std::vector<StageEntry> build_stages;
  std::vector<StageEntry> post_process;
  Value build_environment;     // actions in the job of this package itself
  Value when_build_dependency; // actions in the jobs of those that depend on it
  Value profile_links;         // null: not given
  Value profile_variables;     // null: not given
  Value tests;
};

/// Reads and checks one file. Errors name file, line, column, the line itself and, for a misspelt
/// field, the right one.
RecipeFile read_recipe(const std::string& path);
/// `file` is the name for messages; the recipe must be called `expected_name`.
RecipeFile read_recipe_text(const std::string& file, const std::string& expected_name,
                            const std::string& text);

/// Syntax of an SPDX licence expression: identifiers, AND, OR, WITH, parentheses.
bool is_license_expression(std::string_view text);

} // namespace hdist
