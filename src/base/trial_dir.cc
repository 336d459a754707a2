// Between its making and the file that says whose it is, nobody knows that. One that has only come
// so far may be removed by anybody: no more than an unfinished file of his own name goes, one call
// for each, and whoever is making it just now sees that and makes another.
#include "base/trial_dir.h"

#include "base/error.h"
#include "base/lease.h"
#include "base/path.h"
#include "base/text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <string_view>

namespace hdist {

namespace {

constexpr int kRandom = 16;
constexpr const char* kOwner = ".owner"; // in it: a LeaseHolder
constexpr std::string_view kHalfWritten = ".tmp-";
constexpr int64_t kDaySeconds = 86'400;

/// In a folder that is not ours alone, nothing else is looked at.
bool is_trial_name(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() != prefix.size() + kRandom) return false;
  name.remove_prefix(prefix.size());
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

std::optional<Dir> open_own(const Dir& parent, const std::string& name) {
  const std::optional<struct stat> status = parent.stat(name);
  if (!status || !S_ISDIR(status->st_mode) || status->st_uid != ::geteuid()) return std::nullopt;
  return parent.open_dir_if_exists(name);
}

/// This host has been started again since, and that is more than a day ago.
bool is_of_an_earlier_boot(const Dir& dir, const LeaseHolder& holder) {
  const LeaseHolder self = LeaseHolder::self("x");
  const std::optional<struct stat> status = dir.stat(kOwner);
  return holder.host == self.host && holder.boot_id != self.boot_id && status &&
         std::time(nullptr) - status->st_mtim.tv_sec > kDaySeconds;
}

bool is_half_written(const Entry& entry) {
  return entry.type == EntryType::file && is_trial_name(entry.name, kHalfWritten);
}

bool is_just_begun(const Dir& dir) {
  const std::vector<Entry> entries = dir.list();
  return std::all_of(entries.begin(), entries.end(), is_half_written);
}

bool is_of_the_dead(const Dir& parent, const std::string& name) {
  const std::optional<Dir> dir = open_own(parent, name);
  if (!dir) return false;
  if (!dir->exists(kOwner)) return is_just_begun(*dir);
  LeaseWatch owner(*dir, kOwner);
  if (owner.look() == Liveness::dead) return true;
  return owner.holder() && is_of_an_earlier_boot(*dir, *owner.holder());
}

void remove_emptied(const Dir& parent, const std::string& name) {
  if (::unlinkat(parent.fd(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT &&
      errno != ENOTEMPTY && errno != EEXIST)
    throw_errno("unlinkat", join_path(parent.path(), name));
}

/// One that has no owner, unless it gets one meanwhile.
void remove_begun(const Dir& parent, const Dir& dir, const std::string& name) {
  for (const Entry& entry : dir.list())
    if (!is_half_written(entry) || !dir.remove_file(entry.name)) return;
  remove_emptied(parent, name);
}

/// False: the name is taken, or somebody took it for one that was only begun.
bool make_with_owner(const Dir& parent, const std::string& name, bool is_last_try) {
  try {
    if (!parent.make_new_dir(name, 0700)) return false;
    parent.open_dir(name).write_file(kOwner, LeaseHolder::self(random_name(32)).text());
    return true;
  } catch (const Error& error) {
    remove_trial(parent, name);
    // A directory that is removed, and one as /proc, in which nothing can be made, say the same.
    if (error.system_errno() == ENOENT && !is_last_try) return false;
    throw;
  }
}

} // namespace

std::vector<std::string> dead_trials(const Dir& parent, std::string_view prefix) {
  std::vector<std::string> names;
  for (const Entry& entry : parent.list()) {
    if (entry.type != EntryType::directory || !is_trial_name(entry.name, prefix)) continue;
    try {
      if (is_of_the_dead(parent, entry.name)) names.push_back(entry.name);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): another process is removing it
    }
  }
  return names;
}

void remove_dead_trial(const Dir& parent, const std::string& name) {
  const std::optional<Dir> dir = open_own(parent, name);
  if (!dir) return;
  if (!dir->exists(kOwner))
    remove_begun(parent, *dir, name);
  else if (is_of_the_dead(parent, name))
    remove_trial(parent, name);
}

void remove_dead_trials(const Dir& parent, std::string_view prefix) noexcept {
  try {
    for (const std::string& name : dead_trials(parent, prefix))
      remove_dead_trial(parent, name);
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): another process is removing it
  }
}

bool is_dead_trial_of_this_boot(const Dir& parent, const std::string& name) {
  const std::optional<Dir> dir = open_own(parent, name);
  return dir && dir->exists(kOwner) && LeaseWatch(*dir, kOwner).look() == Liveness::dead;
}

void remove_trial(const Dir& parent, const std::string& name) {
  const std::optional<Dir> dir = parent.open_dir_if_exists(name);
  if (!dir) return;
  if (!dir->exists(kOwner)) return remove_begun(parent, *dir, name);
  for (const Entry& entry : dir->list())
    if (entry.name != kOwner) dir->remove_tree(entry.name);
  dir->remove_file(kOwner);
  remove_emptied(parent, name);
}

TrialDir::TrialDir(const std::string& parent, std::string_view prefix)
    : TrialDir(Dir::create(parent), prefix) {}

TrialDir::TrialDir(const Dir& parent, std::string_view prefix)
    : TrialDir(parent, prefix, OfTheDead::go) {}

TrialDir::TrialDir(const Dir& parent, std::string_view prefix, OfTheDead others)
    : parent_(parent.duplicate()) {
  if (others == OfTheDead::go) remove_dead_trials(parent_, prefix);
  constexpr int kTries = 1000;
  int tries = 0;
  do
    name_ = std::string(prefix) + random_name(kRandom);
  while (!make_with_owner(parent_, name_, ++tries >= kTries));
}

void TrialDir::rename(std::string_view prefix) {
  const std::string name = std::string(prefix) + name_.substr(name_.size() - kRandom);
  parent_.rename(name_, name);
  name_ = name;
}

void TrialDir::remove() {
  is_left_ = true;
  try {
    remove_trial(parent_, name_);
  } catch (const Error&) { // of a network file system, perhaps for a moment
    remove_trial(parent_, name_);
  }
}

TrialDir::~TrialDir() {
  try {
    if (!is_left_) remove();
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): its owner is dead soon
  }
}

std::string TrialDir::sub(const std::string& name) const {
  return join_path(join_path(parent_.path(), name_), name);
}

} // namespace hdist
