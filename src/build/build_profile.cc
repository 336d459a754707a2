#include "build/build_profile.h"

#include "base/error.h"
#include "base/lease.h"
#include "base/path.h"
#include "base/process_look.h"
#include "base/text.h"
#include "base/tree.h"
#include "model/artifact_id.h"

#include <fmt/format.h>

namespace hdist {

namespace {

constexpr int kRandom = 8;
constexpr std::string_view kOwner = ".owner"; // <name>.owner, a LeaseHolder, lies beside <name>

LeaseHolder holder_of(int process) {
  const std::optional<ProcessLook> look = look_at_process(process);
  if (!look)
    throw Error(ErrorKind::usage, "build.no-such-process",
                fmt::format("there is no process {} that a build profile could be for", process));
  LeaseHolder holder = LeaseHolder::self(random_name(32));
  holder.pid = process;
  holder.start_time = look->start_time;
  return holder;
}

std::string owner_file(const std::string& name) {
  return name + std::string(kOwner);
}

/// <name>-<random>.owner, as make_build_profile() makes it: what else lies there stays.
bool is_owner_name(const std::string& name) {
  if (!name.ends_with(kOwner)) return false;
  const std::string build = name.substr(0, name.size() - kOwner.size());
  const std::size_t dash = build.rfind('-');
  return dash != std::string::npos && build.size() - dash - 1 == std::size_t{kRandom} &&
         is_valid_name(build.substr(0, dash));
}

} // namespace

std::string make_build_profile_dir(const std::string& parent, const std::string& build, int owner) {
  const LeaseHolder holder = holder_of(owner);
  const Dir dir = Dir::create(parent);
  std::string name;
  do
    name = fmt::format("{}-{}", build, random_name(kRandom));
  while (!dir.link_new_file(owner_file(name), holder.text()));
  dir.make_dir(name);
  return join_path(dir.path(), name);
}

void remove_build_profile(const std::string& directory) {
  const Dir parent = Dir::open(parent_path(directory));
  const std::string name = base_name(directory);
  if (parent.exists(name)) parent.remove_tree(name);
  parent.remove_file(owner_file(name)); // last: as long as it is there, somebody removes the rest
}

std::vector<CleanedBuild> clean_build_profiles(const std::string& parent, bool dry_run) {
  std::vector<CleanedBuild> cleaned;
  const std::optional<Dir> dir = Dir::open_if_exists(parent);
  if (!dir) return cleaned;
  for (const Entry& entry : dir->list()) {
    if (!is_owner_name(entry.name) || LeaseWatch(*dir, entry.name).look() != Liveness::dead)
      continue;
    const std::string name(entry.name.substr(0, entry.name.size() - kOwner.size()));
    cleaned.push_back({.path = join_path(dir->path(), name),
                       .what = "build profile of an ended process",
                       .size_bytes = dir->exists(name) ? size_of_tree(*dir, name) : 0});
    if (!dry_run) remove_build_profile(cleaned.back().path);
  }
  return cleaned;
}

} // namespace hdist
