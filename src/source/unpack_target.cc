#include "source/unpack_target.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <cerrno>

namespace hdist {

namespace {

std::optional<Dir> open_target(const std::string& path) {
  try {
    return Dir::open_if_exists(path);
  } catch (const Error& error) {
    if (error.system_errno() != ENOTDIR) throw;
    throw Error(ErrorKind::usage, "source.target-no-directory",
                fmt::format("cannot unpack to {}: it is no directory", path));
  }
}

/// Entries of `staged` whose names are taken in `there`; directories that both have are compared
/// below.
void check_free(const Dir& staged, const Dir& there) {
  for (const Entry& entry : staged.list()) {
    std::optional<struct stat> status = there.stat(entry.name);
    if (!status) continue;
    if (entry.type != EntryType::directory || !S_ISDIR(status->st_mode))
      throw Error(ErrorKind::usage, "source.target-exists",
                  fmt::format("{} is there already, and the source has an entry of the same name",
                              join_path(there.path(), entry.name)));
    check_free(staged.open_dir(entry.name), there.open_dir(entry.name));
  }
}

/// Moves what is below `from` to below `to`; both are paths below `root`.
void move_entries(const Dir& root, const std::string& from, const std::string& to) {
  for (const Entry& entry : root.open_dir(from).list()) {
    std::string source = join_path(from, entry.name);
    std::string target = join_path(to, entry.name);
    if (root.rename_new(source, target)) continue;
    std::optional<struct stat> status = root.stat(target);
    if (entry.type != EntryType::directory || !status || !S_ISDIR(status->st_mode))
      throw Error(ErrorKind::failed, "source.target-exists",
                  fmt::format("{} appeared while a source was unpacked there",
                              join_path(root.path(), target)));
    move_entries(root, source, target);
  }
}

} // namespace

UnpackTarget::UnpackTarget(const std::string& path, bool into_existing) : path_(path) {
  place_ = open_target(path);
  if (!place_) {
    std::string whole = absolute_path(path);
    name_ = base_name(whole);
    place_ = Dir::create(parent_path(whole));
  } else if (!into_existing) {
    std::vector<Entry> entries = place_->list();
    if (!entries.empty())
      throw Error(ErrorKind::usage, "source.target-not-empty",
                  fmt::format("cannot unpack to {}: expected an absent or empty directory, but it "
                              "has {}",
                              path, printable(entries.front().name)));
  }
  staging_.emplace(*place_);
}

UnpackTarget UnpackTarget::for_file(const std::string& path, bool into_existing) {
  std::string whole = absolute_path(path);
  struct stat status {};
  bool is_directory = ::lstat(whole.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  UnpackTarget target(is_directory ? path : parent_path(whole), into_existing || !is_directory);
  if (!is_directory) target.file_name_ = base_name(whole);
  return target;
}

void UnpackTarget::publish() && {
  if (name_.empty()) {
    // Beside the entries and not in a temporary place elsewhere: the target may be a mount point,
    // and must stay the same directory, because a job may stand in it.
    check_free(staging_->dir(), *place_);
    move_entries(*place_, staging_->name(), ".");
    staging_.reset();
    return;
  }
  staging_->dir().set_mode(".", 0755);
  if (!std::move(*staging_).publish(name_))
    throw Error(ErrorKind::failed, "source.target-exists",
                fmt::format("{} appeared while a source was unpacked there", path_));
}

} // namespace hdist
