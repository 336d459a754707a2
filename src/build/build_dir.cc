#include "build/build_dir.h"

#include "base/error.h"
#include "base/lease.h"
#include "base/path.h"
#include "base/text.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <vector>

namespace hdist {

namespace {

constexpr const char* kOwner = ".build-owner"; // a LeaseHolder, while the build runs
constexpr const char* kFailed = ".build-failed";
constexpr const char* kKept = ".build-kept";     // of one that worked
constexpr const char* kOpened = ".build-opened"; // somebody looked into it, and changed it perhaps
constexpr int kRandom = 8;
constexpr std::size_t kHash = 12;

/// <name>-<hash12>-<random>: in a folder that is not ours alone, nothing else is looked at.
bool is_build_dir_name(const std::string& name) {
  constexpr std::size_t kTail = 1 + kHash + 1 + kRandom;
  if (name.size() <= kTail) return false;
  const std::string_view tail = std::string_view(name).substr(name.size() - kTail);
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return tail[0] == '-' && tail[1 + kHash] == '-' &&
         std::count_if(tail.begin(), tail.end(), is_letter) == kHash + kRandom &&
         is_valid_name(name.substr(0, name.size() - kTail));
}

std::string unused_name(const Dir& parent, const ArtifactId& id) {
  while (true) {
    std::string name = fmt::format("{}-{}-{}", id.name(), id.hash12(), random_name(kRandom));
    if (parent.make_new_dir(name, 0700)) return name;
  }
}

struct FailedDir {
  std::string name;
  struct timespec time {};
};

bool is_newer(const FailedDir& a, const FailedDir& b) {
  return a.time.tv_sec != b.time.tv_sec ? a.time.tv_sec > b.time.tv_sec
                                        : a.time.tv_nsec > b.time.tv_nsec;
}

bool has_mark(const Dir& parent, const std::string& name) {
  try {
    const std::optional<Dir> dir = parent.open_dir_if_exists(name);
    return dir && (dir->exists(kFailed) || dir->exists(kKept));
  } catch (const Error&) { // it is being removed
    return false;
  }
}

/// The run that it belongs to, or the one that looked into it last, is proven dead.
bool has_dead_owner(const Dir& dir) {
  return dir.exists(kOwner) && LeaseWatch(dir, kOwner).look() == Liveness::dead;
}

} // namespace

BuildDir::BuildDir(const std::string& parent, const ArtifactId& id, const std::string& token)
    : parent_(Dir::create(parent)), name_(unused_name(parent_, id)), dir_(parent_.open_dir(name_)) {
  try {
    dir_.write_file(kOwner, LeaseHolder::self(token).text());
    for (const char* name : {"work", "home", "tmp", "jobtmp"})
      dir_.make_dir(name);
  } catch (...) {
    parent_.remove_tree(name_);
    throw;
  }
}

BuildDir::BuildDir(Dir parent, std::string name)
    : parent_(std::move(parent)), name_(std::move(name)), dir_(parent_.open_dir(name_)),
      was_kept_(true) {}

std::unique_ptr<BuildDir> BuildDir::reopen(const std::string& parent, const std::string& name,
                                           const std::string& token) {
  std::unique_ptr<BuildDir> kept(new BuildDir(Dir::open(parent), name));
  const Dir& dir = kept->dir_;
  if (has_dead_owner(dir)) dir.remove_file(kOwner); // a look into it that was killed
  if (dir.link_new_file(kOwner, LeaseHolder::self(token).text())) {
    dir.write_file(kOpened, "");
    return kept;
  }
  kept->done_ = true;
  const std::optional<std::string> text = dir.read_file_if_exists(kOwner);
  const std::optional<LeaseHolder> holder = text ? LeaseHolder::parse(*text) : std::nullopt;
  throw Error(ErrorKind::refused, "build.directory-in-use",
              fmt::format("{} is in use: {} builds or looks there", dir.path(),
                          holder ? fmt::format("process {} on {}", holder->pid, holder->host)
                                 : "another process"));
}

BuildDir::~BuildDir() {
  try {
    if (was_kept_ && !done_)
      keep(dir_.exists(kFailed));
    else
      remove();
  } catch (const std::exception&) { // its owner is dead soon: the next build prunes it
  }
}

std::string BuildDir::sub(const std::string& name) const {
  return join_path(path(), name);
}

void BuildDir::remove() {
  if (done_) return;
  parent_.remove_tree(name_);
  done_ = true;
}

void BuildDir::keep(bool failed) {
  dir_.write_file(failed ? kFailed : kKept, "");
  dir_.remove_file(kOwner); // after the mark: between the two it looks as if in use
  done_ = true;
}

FoundBuildDir::State state_of_build_dir(const Dir& parent, const std::string& name) {
  using State = FoundBuildDir::State;
  try {
    const std::optional<Dir> dir = parent.open_dir_if_exists(name);
    if (!dir) return State::other;
    const bool is_abandoned = has_dead_owner(*dir);
    if (dir->exists(kOwner) && !is_abandoned) return State::running;
    if (dir->exists(kFailed)) return State::failed;
    return is_abandoned && !dir->exists(kKept) ? State::abandoned : State::other;
  } catch (const Error&) { // it is being removed
    return State::other;
  }
}

std::vector<FoundBuildDir> build_dirs(const Dir& parent) {
  std::vector<FoundBuildDir> found;
  for (const Entry& entry : parent.list()) {
    if (entry.type != EntryType::directory || !is_build_dir_name(entry.name)) continue;
    const std::optional<struct stat> status = parent.stat(entry.name);
    if (!status || status->st_uid != ::geteuid()) continue;
    const std::size_t hash = entry.name.size() - kRandom - 1 - kHash;
    found.push_back({.name = entry.name,
                     .package = entry.name.substr(0, hash - 1),
                     .hash12 = entry.name.substr(hash, kHash),
                     .state = state_of_build_dir(parent, entry.name),
                     .was_kept = has_mark(parent, entry.name)});
  }
  return found;
}

std::vector<StaleBuild> stale_build_dirs(const Dir& parent, int keep_failed, int64_t keep_s,
                                         int64_t now_s) {
  const int64_t oldest_s = (now_s != 0 ? now_s : static_cast<int64_t>(std::time(nullptr))) - keep_s;
  std::vector<StaleBuild> stale;
  std::vector<FailedDir> failed;
  for (const FoundBuildDir& build : build_dirs(parent)) {
    if (build.state == FoundBuildDir::State::abandoned)
      stale.push_back({.name = build.name, .what = "build of a dead process"});
    if (!build.was_kept || build.state == FoundBuildDir::State::running) continue;
    try {
      const Dir dir = parent.open_dir(build.name);
      const bool has_failed = build.state == FoundBuildDir::State::failed;
      const std::optional<struct stat> mark = dir.stat(has_failed ? kFailed : kKept);
      if (!mark) continue;
      if (has_failed && !dir.exists(kOpened))
        failed.push_back({build.name, mark->st_mtim});
      else if (keep_s >= 0 && mark->st_mtim.tv_sec < oldest_s)
        stale.push_back({.name = build.name, .what = "kept build"});
    } catch (const Error&) { // somebody else removes it too
    }
  }
  std::sort(failed.begin(), failed.end(), is_newer);
  for (std::size_t i = static_cast<std::size_t>(std::max(keep_failed, 0)); i < failed.size(); ++i)
    stale.push_back({.name = failed[i].name, .what = "failed build"});
  return stale;
}

void prune_build_dirs(const std::string& parent, int keep_failed) noexcept {
  try {
    std::optional<Dir> dir = Dir::open_if_exists(parent);
    if (!dir) return;
    for (const StaleBuild& build : stale_build_dirs(*dir, keep_failed))
      dir->remove_tree(build.name);
  } catch (const std::exception&) { // the next build tries again
  }
}

} // namespace hdist
