// parent_chain.h: reaches directories below a root by descriptor, one component after the other,
// never through a link.
#pragma once

#include "base/dir.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// Keeps the last path it walked open, because the entries of an archive mostly follow their
/// neighbours. Only the deepest levels stay open, so that a path of thousands of components needs
/// few descriptors.
class ParentChain {
public:
  enum class Missing { create, fail };
  ParentChain(const Dir& root, Missing missing) : root_(&root), missing_(missing) {}

  /// Descriptor of the directory `path` ("" is the root), valid until the next call; -1 when it is
  /// missing and not to be created. Error refused "archive.unsafe-path" when a component is a
  /// symlink, "archive.invalid" when it is no directory.
  int open(std::string_view path);

private:
  struct Level {
    std::string name;
    Fd fd;
  };
  int descend(std::size_t level, const std::string& name, std::string_view path);
  int fd_of(std::size_t level) const {
    return level == 0 ? root_->fd() : levels_[level - 1].fd.get();
  }

  const Dir* root_;
  Missing missing_;
  std::optional<std::string> path_; // what levels_ stands for, when known
  std::vector<Level> levels_;       // fd -1: closed again
};

} // namespace hdist
