// Hop by hop, not by realpath(3): an artifact in the middle of a chain (a profile that is an
// artifact, with a link into another one) is needed as much as the last.
#include "store/root_follow.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "model/profile_record.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

namespace hdist {

namespace {

constexpr int kMostLinks = 40; // as the kernel
constexpr int64_t kLargestProfile = 64 << 20;

class Follower {
public:
  explicit Follower(const std::string& real_store) : store_(real_store) {}

  RootReach follow(const std::string& path) {
    push(path);
    while (reach_.state == RootReach::State::found && !todo_.empty())
      step();
    if (reach_.state != RootReach::State::found) return std::move(reach_);
    reach_.end = here_.empty() ? "/" : here_;
    return std::move(reach_);
  }

private:
  void push(const std::string& path) {
    if (path.starts_with('/')) here_.clear();
    std::vector<std::string> parts = split(path, '/');
    for (auto part = parts.rbegin(); part != parts.rend(); ++part)
      if (!part->empty() && *part != ".") todo_.push_back(std::move(*part));
  }

  void step() {
    std::string part = std::move(todo_.back());
    todo_.pop_back();
    if (part == "..") {
      here_ = here_.empty() ? "" : here_.substr(0, here_.rfind('/'));
      return;
    }
    std::string next = here_ + "/" + part;
    struct stat status {};
    if (::fstatat(AT_FDCWD, next.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
      return fail(errno, next);
    note(next);
    if (!S_ISLNK(status.st_mode)) {
      here_ = std::move(next);
      return;
    }
    std::array<char, PATH_MAX> target{};
    ssize_t size = ::readlink(next.c_str(), target.data(), target.size());
    if (size < 0) return fail(errno, next);
    if (++links_ > kMostLinks) return fail(ENOENT, next); // a circle leads nowhere
    push(std::string(target.data(), static_cast<std::size_t>(size)));
  }

  /// `path` is physical but for its last part.
  void note(const std::string& path) {
    if (!path.starts_with(store_ + "/")) return;
    std::vector<std::string> parts = split(path.substr(store_.size() + 1), '/');
    if (parts.size() == 2 && is_valid_name(parts[0])) reach_.places.push_back({parts[0], parts[1]});
  }

  void fail(int error, const std::string& path) {
    bool absent = error == ENOENT || error == ENOTDIR;
    if (absent && !looks_unmounted()) {
      reach_.state = RootReach::State::gone;
      return;
    }
    reach_.state = RootReach::State::unreadable;
    reach_.problem = absent ? fmt::format("{} is an empty directory; a file system that is not "
                                          "mounted looks like this",
                                          printable(here_))
                            : fmt::format("{}: {}", printable(path), strerrordesc_np(error));
  }

  /// Several directories of the path are missing below one that is there and empty.
  bool looks_unmounted() const {
    if (todo_.empty() || here_.empty()) return false;
    try {
      std::optional<Dir> dir = Dir::open_if_exists(here_);
      return dir && dir->list().empty();
    } catch (const Error&) {
      return true;
    }
  }

  const std::string& store_;
  std::string here_;              // physical; "" is the root directory
  std::vector<std::string> todo_; // components, the next one last
  int links_ = 0;
  RootReach reach_;
};

void add_members(const std::string& text, RootReach& reach) {
  ProfileRecord record = ProfileRecord::parse(text, join_path(reach.end, "profile.json"));
  for (const ProfileMember& member : record.members)
    reach.ids.push_back(member.id);
}

void take_over(RootReach& reach, RootReach&& other) {
  reach.places.insert(reach.places.end(), other.places.begin(), other.places.end());
  reach.ids.insert(reach.ids.end(), other.ids.begin(), other.ids.end());
  if (other.state != RootReach::State::unreadable) return;
  reach.state = other.state;
  reach.problem = std::move(other.problem);
}

/// What the directory at the end of a chain needs.
void look_into(RootReach& reach, const std::string& real_store, bool follow_links) {
  if (reach.state != RootReach::State::found) return;
  if ((reach.end + "/").starts_with(real_store + "/")) return; // records say what artifacts need
  struct stat status {};
  if (::stat(reach.end.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) return;
  std::optional<Dir> dir = Dir::open_if_exists(reach.end);
  if (!dir) return;
  if (std::optional<std::string> text = dir->read_file_if_exists("profile.json", kLargestProfile))
    return add_members(*text, reach);
  if (!follow_links) return;
  for (const Entry& entry : dir->list()) {
    if (entry.type != EntryType::symlink) continue;
    RootReach other = Follower(real_store).follow(join_path(reach.end, entry.name));
    look_into(other, real_store, false);
    take_over(reach, std::move(other));
  }
}

} // namespace

RootReach follow_root(const std::string& path, const std::string& real_store) {
  RootReach reach = Follower(real_store).follow(path);
  try {
    look_into(reach, real_store, true);
  } catch (const Error& error) {
    reach.state = RootReach::State::unreadable;
    reach.problem = error.message();
  }
  return reach;
}

} // namespace hdist
