// git_owner.h: whose a repository is. git does as its configuration says, which can name programs
// to run; so that of another user has no say.
#pragma once

#include "base/trial_dir.h"

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
  std::string path() const { return trial_.sub("git"); }
  /// Those that processes which died have left there; never throws.
  static void remove_dead(const std::string& in) noexcept;

private:
  TrialDir trial_; // there is one for each call of git, so remove_dead() is for the collection
};

} // namespace hdist
