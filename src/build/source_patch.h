// source_patch.h: what a person has changed in the tree of a kept build, as a patch against its
// sources.
#pragma once

#include "build/job_commands.h"
#include "build/kept_build.h"

#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

struct PatchRequest {
  KeptBuild build;
  std::string program_path;     // where `diff` is looked for, as PATH
  std::vector<std::string> add; // new files to be in the patch; paths below the tree
};

struct SourcePatch {
  std::string text;                   // unified; for patch -p1 in the tree. "": nothing changed
  std::vector<std::string> files;     // in it
  std::vector<std::string> new_files; // of neither the sources nor the build; not in it
  /// Changed in what a patch cannot say: their modes, no text, links, names that it cannot hold.
  std::vector<std::string> others;
};

/// Compares what changed since the build stopped with the sources, which are unpacked once more.
/// What the build itself changed is left out. Errors of unpacking; usage "debug.no-file" for a file
/// to add that is not there; "debug.no-diff" where that program is missing.
SourcePatch source_patch(const PatchRequest& request, const BuildParts& parts,
                         const std::stop_token& stop);

} // namespace hdist
