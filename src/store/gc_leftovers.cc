// The order of looks matters, since builders go on beside this. A builder makes its claim, then its
// directory, then its record, and gives the claim back last. So: first the directory (or the
// unpublished record) is seen, then that no claim is alive, then that no record names it. And what
// is removed gets another name in one step before it is taken apart.
#include "store/gc_leftovers.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "base/tree.h"
#include "store/condemned.h"
#include "store/store_format.h"
#include "store/store_roots.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <optional>
#include <set>

namespace hdist {

namespace {

constexpr std::size_t kHash12 = 12;
constexpr int64_t kLargestRecord = 16 << 20;
constexpr int64_t kUnfinishedSeconds = 86'400; // a file that is being written is younger
constexpr int64_t kUnprovenSeconds =
    2'592'000; // of an attempt that nobody here can prove to be dead
constexpr const char* kTrash = ".trash-";
constexpr const char* kUnfinished = ".tmp-";
constexpr std::string_view kRecordMark = ".record.";
constexpr std::string_view kStaleMark = ".stale.";

/// ".record.3" and ".record." give 3.
std::optional<int> number_after(std::string_view end, std::string_view mark) {
  if (!end.starts_with(mark)) return std::nullopt;
  return attempt_number("." + std::string(end.substr(mark.size())), "");
}

/// By a builder, or for work that is never published.
std::optional<int> claimed_number(const HashedName& parts) {
  std::optional<ClaimName> claim = ClaimName::parse(parts.hash32 + parts.end);
  return claim ? std::optional(claim->number) : std::nullopt;
}

/// nullopt: gone, or of no use.
std::optional<ArtifactRecord> read_aside(const Dir& dir, const std::string& file,
                                         const ArtifactId& id) {
  std::optional<std::string> text = dir.read_file_if_exists(file, kLargestRecord);
  if (!text) return std::nullopt;
  try {
    ArtifactRecord record = ArtifactRecord::parse(*text, file);
    if (record.id == id) return record;
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): then nobody can say what it was for
  }
  return std::nullopt;
}

bool leads_nowhere(const Dir& dir, const std::string& link) {
  struct stat status {};
  return ::fstatat(dir.fd(), link.c_str(), &status, 0) != 0;
}

/// Moved aside in one step, so that nobody finds it half there.
void remove_directory(const Dir& dir, const std::string& name) {
  std::string trash = kTrash + random_name(16);
  if (!dir.rename_new(name, trash))
    throw Error(ErrorKind::failed, "store.busy-name",
                join_path(dir.path(), trash) + " exists already");
  dir.remove_tree(trash);
}

} // namespace

bool may_remove(const Dir& dir, const struct stat& status) {
  if (::geteuid() == 0 || status.st_uid == ::geteuid()) return true;
  struct stat parent {};
  return ::fstat(dir.fd(), &parent) == 0 &&
         ((parent.st_mode & S_ISVTX) == 0 || parent.st_uid == ::geteuid()) &&
         ::faccessat(dir.fd(), ".", W_OK, AT_EACCESS) == 0;
}

void finish_removal(const Dir& name_dir, const ArtifactId& id) {
  std::string file = removed_name(id);
  std::optional<ArtifactRecord> record = read_aside(name_dir, file, id);
  std::optional<struct stat> status = record ? name_dir.stat(record->directory) : std::nullopt;
  if (status && S_ISLNK(status->st_mode) && record->other_store)
    name_dir.remove_file(record->directory); // adopted: what it leads to is another store's
  std::string trash = kTrash + random_name(16);
  bool moved = status && S_ISDIR(status->st_mode) && name_dir.rename_new(record->directory, trash);
  if (record && name_dir.read_link(id.hash12()) == record->directory)
    name_dir.remove_file(id.hash12());
  name_dir.remove_file(file); // from here on only trash is left
  if (moved) name_dir.remove_tree(trash);
}

struct Leftovers::Group {
  std::string name;
  std::string hash12;
  const Dir& dir;
  std::vector<Entry> directories; // and links
  std::vector<std::pair<std::string, HashedName>> files;

  /// One artifact in its plain directory, and nothing else: the usual case, which costs no look.
  bool is_plain() const {
    return files.size() == 1 && files[0].second.end == ".json" && directories.size() == 1 &&
           directories[0].type == EntryType::directory && directories[0].name == hash12;
  }

  ArtifactId id(const std::string& hash32) const { return *ArtifactId::parse(name + "/" + hash32); }

  /// As it is now.
  std::vector<HashedName> look_again() const {
    std::vector<HashedName> found;
    for (const Entry& entry : dir.list())
      if (entry.name.starts_with(hash12))
        if (std::optional<HashedName> parts = parse_hashed_name(entry.name))
          found.push_back(std::move(*parts));
    return found;
  }

  /// By the records of a look. nullopt: one cannot be read, so that nothing is certain.
  std::optional<std::set<std::string>>
  named_directories(const std::vector<HashedName>& found) const {
    std::set<std::string> named;
    for (const HashedName& parts : found) {
      try {
        if (auto record = read_any_record(dir, id(parts.hash32))) named.insert(record->directory);
      } catch (const Error&) {
        return std::nullopt;
      }
      if (parts.end != ".removed" && !parts.end.starts_with(kStaleMark)) continue;
      if (auto record = read_aside(dir, parts.hash32 + parts.end, id(parts.hash32)))
        named.insert(record->directory);
    }
    return named;
  }
};

namespace {

enum class Owner { none, dead, living };

/// Proven dead, or silent for so long, with no process of it to be seen.
bool is_dead_claim(const GcStore& store, const Dir& dir, const std::string& file) {
  std::optional<struct stat> status = dir.stat(file);
  if (!status || store.judge.judge(dir, file).proven_dead) return true;
  return std::time(nullptr) - status->st_mtim.tv_sec >= kUnprovenSeconds &&
         !is_seen_running(dir, file);
}

/// Who claims the number, by a look just taken: of any artifact, or only of `hash32`.
Owner owner_of(const GcStore& store, const Dir& dir, const std::vector<HashedName>& found,
               int number, const std::string& hash32) {
  Owner owner = Owner::none;
  for (const HashedName& parts : found) {
    if (claimed_number(parts) != number) continue;
    if (!hash32.empty() && parts.hash32 != hash32) continue;
    if (!is_dead_claim(store, dir, parts.hash32 + parts.end)) return Owner::living;
    owner = Owner::dead;
  }
  return owner;
}

bool is_hash12(const std::string& text) {
  return text.size() == kHash12 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string::npos;
}

} // namespace

Leftovers::Leftovers(const GcStore& store, const GcOptions& options, GcReport& report)
    : store_(store), options_(options), report_(report),
      now_s_(options.now_s != 0 ? options.now_s : static_cast<int64_t>(std::time(nullptr))) {}

void Leftovers::clean() {
  step("", [&] { clean_unfinished(store_.dir, ""); });
  for (const std::string& name : artifact_names(store_.dir))
    step(name, [&] { clean_name(name); });
  std::optional<Dir> roots = store_.dir.open_dir_if_exists(kRootsDir);
  if (!roots) return;
  std::vector<std::string> unreadable; // reported where roots are followed
  for (const UserFolder& folder : user_folders(*roots, unreadable))
    step(folder.dir.path(),
         [&] { clean_unfinished(folder.dir, join_path(kRootsDir, std::to_string(folder.uid))); });
}

void Leftovers::step(const std::string& path, const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    report_.failures.push_back(path + ": " + error.message());
  }
}

void Leftovers::drop(const Dir& dir, const std::string& below, const std::string& file,
                     const std::string& what) {
  std::optional<struct stat> status = dir.stat(file);
  if (!status || !may_remove(dir, *status)) return;
  GcLeftover leftover{
      .path = join_path(below, file), .what = what, .size_bytes = size_of_tree(dir, file)};
  if (!options_.dry_run) {
    if (!S_ISDIR(status->st_mode))
      dir.remove_file(file);
    else if (file.starts_with(kTrash))
      dir.remove_tree(file);
    else
      remove_directory(dir, file);
  }
  report_.leftovers.push_back(std::move(leftover));
}

void Leftovers::clean_unfinished(const Dir& dir, const std::string& below) {
  for (const Entry& entry : dir.list()) {
    if (entry.name.starts_with(kTrash)) drop(dir, below, entry.name, "half-removed directory");
    if (!entry.name.starts_with(kUnfinished)) continue;
    std::optional<struct stat> status = dir.stat(entry.name);
    if (status && now_s_ - status->st_mtim.tv_sec >= kUnfinishedSeconds)
      drop(dir, below, entry.name, "unfinished file");
  }
}

void Leftovers::clean_name(const std::string& name) {
  std::optional<Dir> dir = store_.open_name(name);
  if (!dir) return;
  clean_unfinished(*dir, name);
  std::map<std::string, Group> groups;
  for (Entry& entry : dir->list()) {
    std::string hash12 = entry.name.substr(0, kHash12);
    auto group = [&]() -> Group& {
      return groups.try_emplace(hash12, Group{name, hash12, *dir, {}, {}}).first->second;
    };
    if (std::optional<HashedName> parts = parse_hashed_name(entry.name))
      group().files.emplace_back(entry.name, std::move(*parts));
    else if (is_hash12(hash12) && attempt_number(entry.name, hash12))
      group().directories.push_back(std::move(entry));
  }
  for (const auto& entry : groups) { // clang 14 takes no part of a structured binding into a lambda
    const Group& group = entry.second;
    if (!group.is_plain()) step(join_path(name, group.hash12), [&] { clean_group(group); });
  }
}

void Leftovers::clean_group(const Group& group) {
  for (const auto& [file, parts] : group.files)
    clean_aside(group, file, parts);
  for (const Entry& entry : group.directories)
    clean_directory(group, entry);
  clean_claims(group);
}

/// A record that is not (or no longer) the artifact's.
void Leftovers::clean_aside(const Group& group, const std::string& file, const HashedName& parts) {
  const Dir& dir = group.dir;
  ArtifactId id = group.id(parts.hash32);
  std::optional<struct stat> status = dir.stat(file);
  if (!status || !may_remove(dir, *status)) return;
  if (parts.end == ".removed") {
    std::optional<ArtifactRecord> record = read_aside(dir, file, id);
    report_.leftovers.push_back({.path = join_path(group.name, file),
                                 .what = "half-done removal",
                                 .size_bytes = record ? record->size_bytes : 0});
    if (!options_.dry_run) finish_removal(dir, id);
    return;
  }
  if (parts.end == ".condemned" && dir.exists(record_name(id)))
    return drop(dir, group.name, file, "second record");
  std::optional<int> number = number_after(parts.end, kRecordMark);
  if (!number) number = number_after(parts.end, kStaleMark);
  if (!number || owner_of(store_, dir, group.look_again(), *number, parts.hash32) == Owner::living)
    return;
  std::optional<ArtifactRecord> record = read_aside(dir, file, id);
  bool was_published = parts.end.starts_with(kStaleMark) && record && dir.exists(record->directory);
  bool is_missing = !dir.exists(record_name(id)) && !dir.exists(condemned_name(id));
  if (was_published && is_missing) { // killed while it looked at a record that was in order
    if (!options_.dry_run) static_cast<void>(move_record(dir, file, record_name(id)));
    return;
  }
  drop(dir, group.name, file, "unpublished record");
}

void Leftovers::clean_directory(const Group& group, const Entry& entry) {
  const Dir& dir = group.dir;
  int number = *attempt_number(entry.name, group.hash12);
  std::optional<struct stat> status = dir.stat(entry.name);
  if (!status) return;
  std::vector<HashedName> now = group.look_again();
  Owner owner = owner_of(store_, dir, now, number, "");
  if (owner == Owner::living) return;
  now = group.look_again(); // published since, and the claim given back
  std::optional<std::set<std::string>> named = group.named_directories(now);
  if (!named || named->contains(entry.name)) return;
  if (S_ISLNK(status->st_mode)) {
    if (leads_nowhere(dir, entry.name))
      drop(dir, group.name, entry.name, "link that leads nowhere");
    return;
  }
  int64_t changed_s = std::max(status->st_mtim.tv_sec, status->st_ctim.tv_sec);
  if (owner == Owner::dead)
    drop(dir, group.name, entry.name, "attempt of a dead process");
  else if (now_s_ - changed_s >= kUnprovenSeconds)
    drop(dir, group.name, entry.name, "attempt that nobody claims");
}

/// Of dead processes, when nothing of their attempt is left but what a record names.
void Leftovers::clean_claims(const Group& group) {
  const Dir& dir = group.dir;
  for (const auto& [file, parts] : group.files) {
    std::optional<int> number = claimed_number(parts);
    if (!number) continue;
    std::vector<HashedName> now = group.look_again();
    if (owner_of(store_, dir, now, *number, parts.hash32) != Owner::dead) continue;
    std::string directory = attempt_directory(group.id(parts.hash32), *number);
    std::optional<std::set<std::string>> named = group.named_directories(now);
    bool is_done =
        options_.dry_run || !dir.exists(directory) || (named && named->contains(directory));
    if (is_done) drop(dir, group.name, file, "claim of a dead process");
  }
}

} // namespace hdist
