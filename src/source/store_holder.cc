// A name of several parts is resolved by the system in one call, which follows links in all parts
// but the last. In one's own store that is right: a directory may lie on another disk.
#include "source/store_holder.h"

#include "base/error.h"
#include "base/text.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace hdist {

namespace {

bool is_trusted(const Dir& root) {
  std::optional<struct stat> status = root.stat(".");
  return status && (status->st_uid == ::geteuid() || status->st_uid == 0);
}

} // namespace

Dir holder_of(const Dir& root, const std::string& name) {
  std::string holder = parent_path(name);
  if (holder == ".") return root.duplicate();
  if (is_trusted(root)) return root.open_dir(holder);
  Dir dir = root.duplicate();
  for (const std::string& part : split(holder, '/'))
    dir = dir.open_dir(part);
  return dir;
}

void rename_in(const Dir& root, const std::string& from, const std::string& to) {
  if (is_trusted(root)) return root.rename(from, to);
  Dir from_dir = holder_of(root, from), to_dir = holder_of(root, to);
  if (::renameat(from_dir.fd(), base_name(from).c_str(), to_dir.fd(), base_name(to).c_str()) != 0)
    throw_errno("renameat", join_path(root.path(), to));
}

bool rename_new_in(const Dir& root, const std::string& from, const std::string& to) {
  if (is_trusted(root)) return root.rename_new(from, to);
  Dir from_dir = holder_of(root, from), to_dir = holder_of(root, to);
  if (::renameat2(from_dir.fd(), base_name(from).c_str(), to_dir.fd(), base_name(to).c_str(),
                  RENAME_NOREPLACE) == 0)
    return true;
  if (errno == EEXIST) return false;
  if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
    throw_errno("renameat2", join_path(root.path(), to));
  if (to_dir.exists(base_name(to))) return false; // a file system without exclusive renames
  rename_in(root, from, to);
  return true;
}

} // namespace hdist
