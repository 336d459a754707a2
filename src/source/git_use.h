// git_use.h: the turn of a process at a bare repository of the store, and locks that a killed git
// left there.
#pragma once

#include "base/dir.h"

#include <string>

namespace hdist {

/// This process changes the repository, until the end of this object. When no other one does, no
/// git runs there, so the locks that it has are of one that was killed: they are removed. Where
/// locks of files do not work, or nothing can be written, nothing happens.
class GitUse {
public:
  explicit GitUse(const std::string& repository);

private:
  Fd fd_;
};

/// Nobody else changes the repository, as long as this is there; as far as GitUse can know. Errors
/// failed "git.in-use" when somebody does for longer than a moment; as of system calls.
class GitAlone {
public:
  explicit GitAlone(const std::string& repository);

private:
  Fd fd_;
};

} // namespace hdist
