// recipe_book.h: finds recipes in the package directories and merges each with its bases.
#pragma once

#include "spec/package_file.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hdist {

/// A value together with the file it stands in, for messages.
struct Piece {
  std::shared_ptr<const Document> document;
  Value value;
  std::string path; // "profile_links"
};

/// A recipe with everything that its bases give.
struct Recipe {
  RecipeFile file;                 // the recipe's own file
  Value parameters = Value::map(); // names and defaults: bases' first, own over them
  std::set<std::string> build_dependencies, run_dependencies;
  std::map<std::string, Piece> toolchain;             // role -> where it is asked for first
  std::vector<StageEntry> build_stages, post_process; // in order of execution
  std::vector<Piece> build_environment, when_build_dependency; // lists of actions, bases' first
  std::optional<Piece> profile_links, profile_variables;
};

/// Where a recipe is asked for; what an error about it shows.
struct AskedFrom {
  const Document& document;
  Position at;
  std::string path; // "dependencies.build"
};

class RecipeBook {
public:
  explicit RecipeBook(std::vector<std::string> directories)
      : directories_(std::move(directories)) {}
  /// Each is read once. Error usage "spec.unknown-package" with the nearest name and the
  /// directories looked in.
  const Recipe& get(const std::string& name, const AskedFrom& asked);
  const std::vector<std::string>& files() const { return files_; } // every file read

private:
  const RecipeFile& file_of(const std::string& name, const AskedFrom& asked);
  void collect_bases(const RecipeFile& file, std::vector<const RecipeFile*>& order,
                     std::vector<std::string>& open);
  std::set<std::string> ancestors_of(const RecipeFile& file);
  Recipe merge(const RecipeFile& file);

  std::vector<std::string> directories_;
  std::vector<std::string> files_;
  std::map<std::string, RecipeFile> read_;
  std::map<std::string, Recipe> merged_;
};

} // namespace hdist
