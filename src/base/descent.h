// descent.h: down and up again in a tree of any depth, with few descriptors. Not for other
// components.
#pragma once

#include "base/dir.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace hdist {

/// The chain of directories from a root to where one is. Only the nearest ones stay open; going up
/// beyond them opens
/// "..", which must be the directory that one came from.
class Descent {
public:
  explicit Descent(const Dir& root);
  const Dir& here() const { return *levels_.back().dir; }
  std::size_t depth() const { return levels_.size() - 1; } // 0: at the root
  void down(Dir child);                                    // `child` is in here()
  /// Throws Error "tree.moved" when somebody moved the directory meanwhile, "system.ENOENT" when it
  /// was removed.
  void up();

private:
  struct Level {
    std::optional<Dir> dir; // empty: closed for now
    dev_t device = 0;
    ino_t inode = 0;
  };
  std::vector<Level> levels_;
};

} // namespace hdist
