// run_path.h: which run path a program or library of an artifact needs (DESIGN.md 6).
#pragma once

#include "build/elf.h"

#include <string>
#include <vector>

namespace hdist {

/// Where libraries may be found, all as absolute paths.
struct LibraryPlaces {
  std::string artifact; // the artifact itself
  std::string store;    // that it is in, spelled as in `artifact`: imports below it become relative
  std::vector<std::string> spellings; // other paths of that store, as old run paths may have them
  std::vector<std::string> imports;   // in the order of the spec; those below `store` spelled so
};

struct RunPathChoice {
  std::vector<std::string> entries; // in order, "$ORIGIN/..." or absolute
  /// Needed libraries that only a dropped entry of the old run path led to: "library in entry".
  std::vector<std::string> lost;
};

/// The run path of the file at `path` below the artifact. First the directories of imports that
/// hold a library it needs and that the artifact has not itself (lib and lib64, and others that the
/// old run path names), then such directories of the artifact, last its own lib: there wherever a
/// library of it or of an import is needed. Nothing needed: no entries; the rest is the host's.
RunPathChoice choose_run_path(const ElfDynamic& dynamic, const std::string& path,
                              const LibraryPlaces& places);

} // namespace hdist
