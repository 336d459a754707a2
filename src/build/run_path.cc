#include "build/run_path.h"

#include "base/path.h"
#include "base/text.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

namespace hdist {

namespace {

bool is_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

bool is_below(const std::string& path, const std::string& directory) {
  return path == directory || path.starts_with(directory + "/");
}

/// The loader looks there anyway.
bool is_of_host(const std::string& directory) {
  for (const char* top : {"/lib", "/lib64", "/usr/lib", "/usr/lib64"})
    if (directory == top || (is_below(directory, top) && directory.ends_with("-linux-gnu")))
      return true;
  return false;
}

using Directories = std::vector<std::string>;

bool has_library(const Directories& directories, const std::string& name) {
  return std::any_of(directories.begin(), directories.end(),
                     [&](const std::string& directory) { return is_file(directory + "/" + name); });
}

/// One file's search for its libraries.
class RunPathSearch {
public:
  RunPathSearch(const ElfDynamic& dynamic, const std::string& path, const LibraryPlaces& places)
      : places_(places), origin_(parent_path(join_path(places.artifact, path))) {
    for (const std::string& entry : split(dynamic.run_path, ':'))
      if (std::string directory = meaning(entry); !directory.empty()) old_.push_back(directory);
    own_ = directories_of(places.artifact);
    for (const std::string& name : dynamic.needed) {
      if (name.find('/') != std::string::npos) continue; // not searched for
      (has_library(own_, name) ? of_artifact_ : of_others_).push_back(name);
    }
  }

  RunPathChoice choose() {
    for (const std::string& import : places_.imports)
      for (const std::string& directory : directories_of(import))
        add_if_needed(directory, of_others_);
    const bool needs_import = !used_.empty();
    const std::string own_lib = places_.artifact + "/lib";
    for (const std::string& directory : own_)
      if (directory != own_lib) add_if_needed(directory, of_artifact_);
    if (needs_import || serves(own_lib, of_artifact_)) use(own_lib);
    for (const std::string& name : of_others_)
      note_if_lost(name);
    return std::move(choice_);
  }

private:
  /// The directory that an entry of the old run path means, spelled as the store; "" for what means
  /// none.
  std::string meaning(const std::string& entry) const {
    std::string text = replace_all(entry, "${ORIGIN}", "$ORIGIN");
    if (text.starts_with("$ORIGIN")) text.replace(0, 7, origin_);
    if (!text.starts_with('/') || text.find('$') != std::string::npos) return "";
    text = normal_path(text);
    for (const std::string& spelling : places_.spellings)
      if (is_below(text, spelling)) return places_.store + text.substr(spelling.size());
    return text;
  }

  /// lib and lib64 of an artifact, then those of the old run path that lie in it.
  Directories directories_of(const std::string& prefix) const {
    Directories directories{prefix + "/lib", prefix + "/lib64"};
    for (const std::string& directory : old_)
      if (is_below(directory, prefix)) directories.push_back(directory);
    return directories;
  }

  static bool serves(const std::string& directory, const std::vector<std::string>& names) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return is_file(directory + "/" + name); });
  }

  void add_if_needed(const std::string& directory, const std::vector<std::string>& names) {
    if (std::find(used_.begin(), used_.end(), directory) == used_.end() && serves(directory, names))
      use(directory);
  }

  void use(const std::string& directory) {
    used_.push_back(directory);
    choice_.entries.push_back(entry_for(directory));
  }

  std::string entry_for(const std::string& directory) const {
    if (!is_below(directory, places_.artifact) && !is_below(directory, places_.store))
      return directory;
    const std::string up = relative_path(directory, origin_);
    return up == "." ? "$ORIGIN" : "$ORIGIN/" + up;
  }

  void note_if_lost(const std::string& name) {
    if (has_library(used_, name)) return;
    for (const std::string& directory : old_)
      if (!is_of_host(directory) && is_file(join_path(directory, name))) {
        choice_.lost.push_back(fmt::format("{} in {}", name, directory));
        return;
      }
  }

  const LibraryPlaces& places_;
  std::string origin_;
  Directories old_;                      // of the old run path
  Directories own_;                      // of the artifact
  Directories used_;                     // one for each entry chosen
  std::vector<std::string> of_artifact_; // needed libraries that the artifact has
  std::vector<std::string> of_others_;   // those that it has not
  RunPathChoice choice_;
};

} // namespace

RunPathChoice choose_run_path(const ElfDynamic& dynamic, const std::string& path,
                              const LibraryPlaces& places) {
  return RunPathSearch(dynamic, path, places).choose();
}

} // namespace hdist
