// git_owner.h: whose a repository is. git does as its configuration says, which can name programs
// to run; so that of another user has no say.
#pragma once

#include "base/dir.h"

#include <optional>
#include <string>

namespace hdist {

/// The directory and its configuration are this user's, and nobody else may write to them.
bool is_own_repository(const std::string& path);

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
