#include "archive/common_top.h"

#include "archive/archive.h"

#include <algorithm>

namespace hdist {

namespace {

using Components = std::vector<std::string>;

std::size_t common_length(const Components& a, const Components& b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                  a.begin());
}

} // namespace

std::vector<std::string> path_components(std::string_view path) {
  Components parts;
  while (!path.empty()) {
    std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

void CommonTop::add_file(std::string_view path) {
  Components parent = path_components(path);
  if (!parent.empty()) parent.pop_back();
  if (files_)
    files_->resize(common_length(*files_, parent));
  else
    files_ = std::move(parent);
}

void CommonTop::add_directory(std::string_view path) {
  Components directory = path_components(path);
  std::size_t common = common_length(chain_, directory);
  if (common == directory.size()) return; // on the chain
  if (common < chain_.size()) {
    branched_ = true;
    chain_.resize(common);
  } else if (!branched_) {
    chain_ = std::move(directory);
  }
}

std::vector<std::string> CommonTop::components() const {
  if (!files_) return {};
  std::size_t fits = common_length(*files_, chain_);
  // A directory that is one of the common ones fits. Past a branch, or beside the chain, one
  // directory would not.
  bool is_on_chain = fits == chain_.size() && !branched_;
  Components result = *files_;
  if (!is_on_chain) result.resize(fits);
  return result;
}

int common_components(std::span<const std::string> file_paths,
                      std::span<const std::string> directory_paths) {
  CommonTop top;
  for (const std::string& path : file_paths)
    top.add_file(path);
  for (const std::string& path : directory_paths)
    top.add_directory(path);
  return static_cast<int>(top.components().size());
}

} // namespace hdist
