#include "build/trial_dir.h"

#include "base/error.h"
#include "base/lease.h"
#include "base/path.h"
#include "base/text.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace hdist {

namespace {

constexpr int kRandom = 16;
constexpr const char* kOwner = ".owner"; // in it: a LeaseHolder

/// In a folder that is not ours alone, nothing else is looked at.
bool is_trial_name(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() != prefix.size() + kRandom) return false;
  name.remove_prefix(prefix.size());
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

bool is_of_the_dead(const Dir& parent, const Entry& entry) {
  const std::optional<struct stat> status = parent.stat(entry.name);
  if (!status || status->st_uid != ::geteuid()) return false;
  const std::optional<Dir> dir = parent.open_dir_if_exists(entry.name);
  return dir && dir->exists(kOwner) && LeaseWatch(*dir, kOwner).look() == Liveness::dead;
}

void remove_dead(const Dir& parent, std::string_view prefix) {
  try {
    for (const std::string& name : dead_trials(parent, prefix))
      parent.remove_tree(name);
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): another process is removing it
  }
}

} // namespace

std::vector<std::string> dead_trials(const Dir& parent, std::string_view prefix) {
  std::vector<std::string> names;
  for (const Entry& entry : parent.list()) {
    if (entry.type != EntryType::directory || !is_trial_name(entry.name, prefix)) continue;
    try {
      if (is_of_the_dead(parent, entry)) names.push_back(entry.name);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): another process is removing it
    }
  }
  return names;
}

TrialDir::TrialDir(const std::string& parent, std::string_view prefix)
    : parent_(Dir::create(parent)) {
  remove_dead(parent_, prefix);
  do
    name_ = std::string(prefix) + random_name(kRandom);
  while (!parent_.make_new_dir(name_, 0700));
  try {
    parent_.open_dir(name_).write_file(kOwner, LeaseHolder::self(random_name(32)).text());
  } catch (...) {
    parent_.remove_tree(name_);
    throw;
  }
}

TrialDir::~TrialDir() {
  try {
    parent_.remove_tree(name_);
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): its owner is dead soon
  }
}

std::string TrialDir::sub(const std::string& name) const {
  return join_path(join_path(parent_.path(), name_), name);
}

} // namespace hdist
