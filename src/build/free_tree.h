// free_tree.h: a profile as a tree that stands alone: copies instead of links to artifacts.
#pragma once

#include "profile/profile.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

struct FreeTreeRequest {
  std::string path; // absolute; nothing is there, or an empty directory
  ProfileRequest profile;
  std::vector<std::string> store_roots; // every spelling of the store
  bool durable = true;                  // on the disk before it is seen
};

struct FreeTreeReport {
  ProfileResult result;
  int64_t run_paths = 0; // rewritten to the tree
  int64_t texts = 0;     // files of text where the path of an artifact became that of the tree
  std::vector<std::string>
      bound; // files that still name the store: programs that have it compiled in
};

/// Files are reflinked or copied and may be written to by their owner; links lead to where their
/// target is in the tree; run paths and paths in files of text become those of the tree. Appears
/// complete at its path, or, where packages install themselves by commands, is removed when one
/// fails. What a process that was killed left beside it, as .tmp-tree-<random>, goes. Refused
/// "profile.in-the-way" when something is there.
FreeTreeReport make_free_tree(const FreeTreeRequest& request, const FindArtifact& find,
                              const RunInstallStep& run, std::stop_token stop = {});

} // namespace hdist
