// reference_search.h: finds the paths of known artifacts in bytes. For references.cc and its tests.
#pragma once

#include "store/references.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hdist {

/// One occurrence of "<name>/<hash12>[.n]".
struct FoundReference {
  std::size_t offset = 0; // of the first byte of the absolute path, else of the name
  std::size_t length =
      0; // of root, name and directory; 0: not below one of the roots, so no absolute path
  std::size_t target = 0; // index into targets(); 0 is the scanned artifact itself
};

class ReferenceSearch {
public:
  /// Error usage "store.bad-directory" when a directory is not "<name>/<hash12>[.n]".
  explicit ReferenceSearch(const ScanOptions& options);

  /// Appends what stands at the slashes in [begin, end) of `data`; looks at up to left_context()
  /// bytes before such a slash and right_context() bytes after it.
  void search(std::string_view data, std::size_t begin, std::size_t end,
              std::vector<FoundReference>& found) const;
  std::size_t left_context() const { return left_context_; }
  std::size_t right_context() const { return right_context_; }
  const std::vector<ArtifactId>& targets() const { return targets_; }

private:
  struct Spelling {
    std::size_t target = 0;
    std::string name_slash; // "zlib/"
    std::string suffix;     // "" or ".2"
  };
  void add(const ArtifactId& id, const std::string& directory);
  void look_at(std::string_view data, std::size_t slash, std::vector<FoundReference>& found) const;
  const Spelling* spelled(std::string_view before, std::string_view after,
                          const std::vector<Spelling>& spellings) const;

  std::vector<std::string> roots_; // each with a slash at its end, the longest first
  std::vector<ArtifactId> targets_;
  std::unordered_map<uint64_t, std::vector<Spelling>> by_hash_; // the 12 characters as 60 bits
  std::size_t left_context_ = 0;
  std::size_t right_context_ = 0;
};

} // namespace hdist
