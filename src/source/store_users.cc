#include "source/store_users.h"

#include "base/error.h"
#include "base/text.h"
#include "source/own_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <utility>
#include <vector>

namespace hdist {

namespace {

constexpr const char* kUsers = "users";
constexpr int64_t kUnseenSeconds =
    86'400; // without heartbeat, of a process that nobody here can look at

bool is_alive(const Dir& users, const std::string& name) {
  std::optional<struct stat> status = users.stat(name);
  if (!status || std::time(nullptr) - status->st_mtim.tv_sec > kUnseenSeconds) return false;
  return LeaseWatch(users, name).look() == Liveness::alive;
}

} // namespace

void StoreUser::enter(const Dir& store) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(entered_, true)) return;
  constexpr int kLength = 12;
  try {
    store.make_dir(kUsers);
    lease_ = Lease::try_take(store.open_dir(kUsers),
                             fmt::format("{}-{}", std::time(nullptr), random_name(kLength)));
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): see the header
  }
}

std::optional<int64_t> StoreUser::others_since(const Dir& store, bool remove_dead) const {
  std::optional<int64_t> oldest;
  std::optional<Dir> users = store.open_dir_if_exists(kUsers);
  if (!users) return oldest;
  const std::vector<Entry> entries = users->list();
  std::string own; // asked for now: whoever is listed has entered, or is waited for here
  {
    const std::lock_guard lock(mutex_);
    if (lease_) own = lease_->name();
  }
  for (const Entry& entry : entries) {
    if (!is_user_name(entry.name) || entry.type != EntryType::file || entry.name == own) continue;
    std::optional<int64_t> start_s = parse_int(entry.name.substr(0, entry.name.find('-')));
    if (start_s && is_alive(*users, entry.name))
      oldest = std::min(oldest.value_or(*start_s), *start_s);
    else if (remove_dead)
      users->remove_file(entry.name);
  }
  return oldest;
}

} // namespace hdist
