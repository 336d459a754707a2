// What goes to an empty directory is moved entry by entry, because the directory must stay the
// same. Once it is verified, the staging gets another name and a file that says what it is. Whoever
// comes to unpack the same after a process that died in between moves the rest.
#include "source/unpack_target.h"

#include "base/error.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace hdist {

namespace {

constexpr std::string_view kUnpacking = ".unpack-";
constexpr std::string_view kPublishing = ".unpacked-"; // what is verified
constexpr const char* kTree = "tree";                  // in both
constexpr const char* kContent = "content";            // in the second

std::optional<Dir> open_target(const std::string& path) {
  try {
    return Dir::open_if_exists(path);
  } catch (const Error& error) {
    if (error.system_errno() != ENOTDIR) throw;
    throw Error(ErrorKind::usage, "source.target-no-directory",
                fmt::format("cannot unpack to {}: it is no directory", path));
  }
}

/// Whoever comes second has lost, as if the target had been there.
Error appeared(const std::string& path) {
  return {ErrorKind::usage, "source.target-exists",
          fmt::format("cannot unpack to {}: it appeared meanwhile, so another process was first",
                      path)};
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
      throw appeared(join_path(root.path(), target));
    move_entries(root, source, target);
  }
}

/// Where another process, which lives, unpacks something at this moment.
bool is_busy(const Dir& place, const std::vector<Entry>& entries) {
  const std::vector<std::string> dead = dead_trials(place, kPublishing);
  return std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
    return entry.name.starts_with(kUnpacking) ||
           (entry.name.starts_with(kPublishing) &&
            std::find(dead.begin(), dead.end(), entry.name) == dead.end());
  });
}

/// Where a process died that had just made the target.
void remove_dead_beside(const std::string& path) noexcept {
  try {
    remove_dead_trials(Dir::open(parent_path(path)), kUnpacking);
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): it hinders nobody
  }
}

} // namespace

UnpackTarget::UnpackTarget(const std::string& path, bool into_existing, std::string content)
    : path_(path), content_(std::move(content)) {
  place_ = open_target(path);
  was_empty_ = place_ && !into_existing;
  if (!place_) {
    std::string whole = absolute_path(path);
    name_ = base_name(whole);
    place_ = Dir::create(parent_path(whole));
  }
  if (was_empty_ && finish_publishing()) {
    is_finished_ = true;
    return;
  }
  remove_dead_trials(*place_, kUnpacking);
  if (was_empty_) {
    remove_dead_beside(place_->path());
    std::vector<Entry> entries = place_->list();
    if (is_busy(*place_, entries))
      throw Error(
          ErrorKind::usage, "source.target-busy",
          fmt::format("cannot unpack to {}: another process is unpacking something there", path));
    if (!entries.empty())
      throw Error(ErrorKind::usage, "source.target-not-empty",
                  fmt::format("cannot unpack to {}: expected an absent or empty directory, but it "
                              "has {}",
                              path, printable(entries.front().name)));
  }
  staging_ = std::make_unique<TrialDir>(*place_, kUnpacking);
  tree_ = place_->make_dir(join_path(staging_->name(), kTree));
}

UnpackTarget UnpackTarget::for_file(const std::string& path, bool into_existing,
                                    std::string content) {
  std::string whole = absolute_path(path);
  struct stat status {};
  bool is_directory = ::lstat(whole.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  UnpackTarget target(is_directory ? path : parent_path(whole), into_existing || !is_directory,
                      std::move(content));
  if (!is_directory) target.file_name_ = base_name(whole);
  return target;
}

/// What a process that died was publishing: false when it was something else. That goes unless a
/// part of it is in the directory.
bool UnpackTarget::finish_publishing() const {
  const std::vector<std::string> names = dead_trials(*place_, kPublishing);
  const bool is_alone = place_->list().size() == names.size();
  for (const std::string& name : names) {
    if (!is_dead_trial_of_this_boot(*place_, name)) continue;
    std::string tree = join_path(name, kTree);
    std::optional<Dir> rest = place_->open_dir_if_exists(tree);
    bool is_it = place_->read_file_if_exists(join_path(name, kContent)) == content_;
    if (is_it && rest) move_entries(*place_, tree, ".");
    if (is_it || is_alone || !rest || rest->list().empty()) remove_trial(*place_, name);
    if (is_it) return true;
  }
  return false;
}

void UnpackTarget::publish_in_pieces() {
  place_->write_file(join_path(staging_->name(), kContent), content_);
  staging_->rename(kPublishing);
  std::string tree = join_path(staging_->name(), kTree);
  const std::vector<Entry> entries = tree_->list();
  try {
    for (const Entry& entry : entries)
      if (!place_->rename_new(join_path(tree, entry.name), entry.name))
        throw appeared(join_path(place_->path(), entry.name));
  } catch (const Error&) {
    staging_->leave(); // unless everything can be taken back
    try {
      for (const Entry& entry : entries)
        if (!tree_->exists(entry.name)) place_->rename(entry.name, join_path(tree, entry.name));
      staging_->leave(false);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): then the next run moves the rest
    }
    throw;
  }
  tree_.reset();
  staging_->remove(); // it would be in the way
}

void UnpackTarget::publish() && {
  if (name_.empty()) {
    // Beside the entries and not in a temporary place elsewhere: the target may be a mount point,
    // and must stay the same directory, because a job may stand in it.
    check_free(*tree_, *place_);
    if (was_empty_)
      publish_in_pieces();
    else
      move_entries(*place_, join_path(staging_->name(), kTree), ".");
  } else if (!place_->rename_new(join_path(staging_->name(), kTree), name_)) {
    throw appeared(path_);
  }
  tree_.reset();
  staging_.reset();
}

} // namespace hdist
