#include "store/condemned.h"

#include "base/error.h"
#include "base/path.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace hdist {

namespace {

/// 0 or an errno.
int rename_once(const Dir& dir, const std::string& from, const std::string& to) {
  if (::renameat2(dir.fd(), from.c_str(), dir.fd(), to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A file system without exclusive renames. Both names are of one record, so the other one can be
  // taken only by the same record, which has just gone there.
  if (dir.exists(to)) return EEXIST;
  return ::renameat(dir.fd(), from.c_str(), dir.fd(), to.c_str()) == 0 ? 0 : errno;
}

} // namespace

std::string record_name(const ArtifactId& id) {
  return id.hash32() + ".json";
}

std::string condemned_name(const ArtifactId& id) {
  return id.hash32() + ".condemned";
}

std::string removed_name(const ArtifactId& id) {
  return id.hash32() + ".removed";
}

bool move_record(const Dir& dir, const std::string& from, const std::string& to) {
  std::optional<struct stat> before = dir.stat(from);
  if (!before) return false;
  int error = rename_once(dir, from, to);
  std::optional<struct stat> after = dir.stat(to);
  bool moved = after && after->st_ino == before->st_ino && after->st_dev == before->st_dev;
  if (moved || error == 0 || error == ENOENT || error == EEXIST) return moved;
  throw system_error(error, "renameat2", join_path(dir.path(), from));
}

} // namespace hdist
