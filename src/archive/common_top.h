// common_top.h: the directories that all entries of an archive lie in, found while the entries come
// by.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// The components of a safe relative path: "a/b" -> {"a", "b"}; "" -> {}.
std::vector<std::string> path_components(std::string_view path);

/// The rule (docs/source-format.md): the common leading directories of all entries that are no
/// directories, shortened until every directory fits, that is, lies below them or is one of them.
/// Needs memory for one path only.
class CommonTop {
public:
  void add_file(std::string_view path);
  void add_directory(std::string_view path);
  /// Empty when there are no files: directories alone stay as they are.
  std::vector<std::string> components() const;

private:
  std::optional<std::vector<std::string>> files_; // common directories of the files so far
  std::vector<std::string> chain_; // the longest path on which all directories so far lie
  bool branched_ = false;          // they left one path at the end of chain_
};

} // namespace hdist
