// compare_trees.h: two builds of one artifact, compared byte by byte where each may name itself.
#pragma once

#include "base/dir.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

/// The first bytes in which two files differ, with up to 16 of each side around them.
struct ByteDifference {
  int64_t offset = 0; // in the first file, with the names of the trees made equal
  std::string first, second;
};

struct TreeDifference {
  std::string path;
  std::string
      what; // "only in the first", "only in the second", "type", "mode", "target", "content"
  std::string detail;
  std::optional<ByteDifference> bytes; // of content
  /// The file names its own place. Where the two places have names of different length, what
  /// follows may be moved by that alone.
  bool names_itself = false;
};

/// By path. `first_name` and `second_name` are the names of the two trees ("abcdefghijkl",
/// "abcdefghijkl.2"), which count as equal wherever they stand in a file or a link. _hashdist/ at
/// the top is passed over. Files are read one pair at a time.
std::vector<TreeDifference> compare_trees(const Dir& first, const std::string& first_name,
                                          const Dir& second, const std::string& second_name,
                                          const std::stop_token& stop = {});

} // namespace hdist
