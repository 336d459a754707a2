#include "build/kept_build.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "base/tree.h"
#include "build/build_dir.h"
#include "build/find_log.h"
#include "data/digest.h"
#include "data/fields.h"
#include "data/json.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>

namespace hdist {

namespace {

constexpr int64_t kVersion = 1;
constexpr int64_t kMostNotes = int64_t{1} << 30;
constexpr const char* kWork = "work";
// "<stamp> <path>", each with a NUL behind: names may hold anything else.
constexpr const char* kStamps = "tree.stamps";
constexpr const char* kChanged = "tree.changed";
// What was installed, besides KeptProgress::kArtifact, in the order of their making:
constexpr const char* kCopying = "artifact.part";
constexpr const char* kNew = "artifact.new"; // whole; about to take the place of the old one
constexpr const char* kBrought = "artifact.brought"; // older than what is at the artifact's path

using Stamps = std::map<std::string, std::string>;

std::string stamp_of(const struct stat& status) {
  return fmt::format("{}:{}:{}.{}:{}.{}", status.st_mode, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
}

Stamps look_at(const Dir& build_dir) {
  Stamps stamps;
  const std::optional<Dir> work = build_dir.open_dir_if_exists(kWork);
  if (!work) return stamps;
  walk_tree(*work, [&](const Dir&, const TreeEntry& entry) {
    if (entry.type != EntryType::directory) stamps.emplace(entry.path, stamp_of(entry.stat));
  });
  return stamps;
}

std::vector<std::string> read_notes(const Dir& build_dir, const char* file) {
  std::optional<std::string> text = build_dir.read_file_if_exists(file, kMostNotes);
  std::vector<std::string> notes;
  if (!text) return notes;
  notes = split(*text, '\0');
  if (!notes.empty()) notes.pop_back(); // behind the last NUL
  return notes;
}

Stamps read_stamps(const Dir& build_dir) {
  Stamps stamps;
  for (const std::string& note : read_notes(build_dir, kStamps)) {
    const std::size_t blank = note.find(' ');
    if (blank != std::string::npos) stamps.emplace(note.substr(blank + 1), note.substr(0, blank));
  }
  return stamps;
}

} // namespace

void KeptProgress::write(const Dir& build_dir) const {
  Value list = Value::list();
  for (const std::string& text : done.captured)
    list.push(base64_encode(text)); // output of a program: any bytes
  Value value;
  value.set("version", kVersion);
  value.set("attempt", int64_t{attempt});
  value.set("installed", installed);
  value.set("done", std::move(list));
  build_dir.write_file(kFile, pretty_json(value));
}

std::optional<KeptProgress> KeptProgress::read(const Dir& build_dir) {
  std::optional<std::string> text = build_dir.read_file_if_exists(kFile);
  if (!text) return std::nullopt;
  const Document document = read_json(join_path(build_dir.path(), kFile), std::move(*text));
  Fields fields(document, document.root, "");
  if (fields.integer_or("version", 0) != kVersion)
    throw fields.error("version", "this program reads version 1");
  KeptProgress progress;
  constexpr int64_t kHighest = 999'999'999;
  const int64_t attempt = fields.integer_or("attempt", 1);
  if (attempt < 1 || attempt > kHighest)
    throw fields.error("attempt", "expected the number of an attempt");
  progress.attempt = static_cast<int>(attempt);
  progress.installed = fields.flag_or("installed", false);
  for (const std::string& item : fields.texts("done")) {
    std::optional<std::string> captured = base64_decode(item);
    if (!captured) throw fields.error("done", "expected texts in base64");
    progress.done.captured.push_back(std::move(*captured));
  }
  fields.finish();
  return progress;
}

BuildSpec read_spec(const Dir& directory) {
  constexpr const char* kSpec = "build.json";
  return BuildSpec::read(read_json(join_path(directory.path(), kSpec), directory.read_file(kSpec)));
}

std::vector<KeptBuild> kept_builds(const std::string& temp_dir) {
  std::vector<KeptBuild> kept;
  const std::optional<Dir> parent = Dir::open_if_exists(temp_dir);
  if (!parent) return kept;
  for (const FoundBuildDir& found : build_dirs(*parent)) {
    if (!found.was_kept) continue;
    const std::optional<Dir> dir = parent->open_dir_if_exists(found.name);
    std::optional<struct stat> note = dir ? dir->stat(KeptProgress::kFile) : std::nullopt;
    if (!note && dir) note = dir->stat("build.json"); // a full disk
    if (!note) continue;
    kept.push_back({.directory = found.name,
                    .name = found.package,
                    .hash12 = found.hash12,
                    .time_ns = written_at_ns(*note)});
  }
  std::sort(kept.begin(), kept.end(),
            [](const KeptBuild& a, const KeptBuild& b) { return a.time_ns > b.time_ns; });
  return kept;
}

std::set<std::string> changed_files(const Dir& build_dir) {
  std::set<std::string> changed;
  for (std::string& path : read_notes(build_dir, kChanged))
    changed.insert(std::move(path));
  const Stamps before = read_stamps(build_dir), now = look_at(build_dir);
  for (const auto& [path, stamp] : now)
    if (auto known = before.find(path); known == before.end() || known->second != stamp)
      changed.insert(path);
  for (const auto& [path, stamp] : before)
    if (!now.contains(path)) changed.insert(path);
  return changed;
}

void note_tree(const Dir& build_dir, const std::set<std::string>& changed) {
  std::string stamps, paths;
  for (const auto& [path, stamp] : look_at(build_dir))
    stamps.append(stamp).append(" ").append(path) += '\0';
  for (const std::string& path : changed)
    paths += path + '\0';
  build_dir.write_file(kStamps, stamps);
  build_dir.write_file(kChanged, paths);
}

bool has_content(const std::string& path) {
  const std::optional<Dir> parent = Dir::open_if_exists(parent_path(path));
  const std::optional<struct stat> status = parent ? parent->stat(base_name(path)) : std::nullopt;
  return status && S_ISDIR(status->st_mode) && !parent->open_dir(base_name(path)).list().empty();
}

namespace {

/// False: it has to be copied: other file systems, or a directory that is write-protected.
bool move_dir(const Dir& from, const std::string& name, const Dir& to,
              const std::string& new_name) {
  if (::renameat(from.fd(), name.c_str(), to.fd(), new_name.c_str()) == 0) return true;
  if (errno == EXDEV || errno == EACCES || errno == EPERM) return false;
  throw_errno("rename", join_path(from.path(), name));
}

} // namespace

bool put_installed_aside(const Dir& build_dir, const std::string& path) {
  const bool has_some = has_content(path);
  if (has_some) {
    const Dir parent = Dir::open(parent_path(path));
    build_dir.remove_tree(kCopying);
    build_dir.remove_tree(kNew);
    if (!move_dir(parent, base_name(path), build_dir, kNew)) {
      copy_tree(parent.open_dir(base_name(path)), build_dir.make_dir(kCopying));
      build_dir.rename(kCopying, kNew);
    }
  }
  build_dir.remove_tree(KeptProgress::kArtifact);
  build_dir.remove_tree(kBrought);
  if (has_some) build_dir.rename(kNew, KeptProgress::kArtifact);
  return has_some;
}

void bring_installed(const Dir& build_dir, const std::string& path) {
  constexpr const char* kArtifact = KeptProgress::kArtifact;
  if (build_dir.exists(kNew)) { // killed before it was in its place
    build_dir.remove_tree(kArtifact);
    build_dir.rename(kNew, kArtifact);
  }
  if (!build_dir.exists(kArtifact)) {
    if (has_content(path) || !build_dir.exists(kBrought)) return;
    build_dir.rename(kBrought, kArtifact); // what was at the path has been collected
  }
  const Dir parent = Dir::open(parent_path(path));
  parent.remove_tree(base_name(path));
  if (move_dir(build_dir, kArtifact, parent, base_name(path))) return;
  copy_tree(build_dir.open_dir(kArtifact), parent.make_dir(base_name(path)));
  build_dir.remove_tree(kBrought);
  build_dir.rename(kArtifact, kBrought);
}

} // namespace hdist
