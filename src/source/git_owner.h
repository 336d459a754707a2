// git_owner.h: whose a repository is. git does as its configuration says, which can name programs
// to run; so that of another user has no say.
#pragma once

#include "base/dir.h"

#include <optional>
#include <string>

namespace hdist {

/// The directory that was looked at, open: whoever may rename what is on its path can put another
/// there at any time, so what was found holds of the descriptor alone.
struct LookedAtRepository {
  enum class Whose {
    own, // it and its configuration are this user's, and nobody else may write to them
    others,
    absent,
  };
  Whose whose = Whose::absent;
  Fd directory; // of one's own
};
LookedAtRepository look_at_repository(const std::string& path);

/// A repository of this user without objects and settings, for the objects of another's.
class EmptyRepository {
public:
  /// In a directory that exists. Error as of system calls.
  explicit EmptyRepository(const std::string& in);
  EmptyRepository(const EmptyRepository&) = delete;
  EmptyRepository& operator=(const EmptyRepository&) = delete;
  ~EmptyRepository();
  std::string path() const;

private:
  Dir parent_;
  std::string name_;
};

} // namespace hdist
