#include "source/item_list.h"

#include "base/error.h"
#include "base/parallel.h"
#include "base/text.h"
#include "data/digest.h"
#include "source/git_content.h"
#include "source/item_place.h"
#include "source/item_removal.h"
#include "source/list_cache.h"
#include "source/own_names.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace hdist {

namespace {

constexpr const char* kTemporary = "tmp";
constexpr const char* kAddresses = "urls";
constexpr const char* kStamps = "stamps";
constexpr const char* kGit = "git";
constexpr std::string_view kNote = ".json";
constexpr int64_t kDaySeconds = 86'400;
constexpr std::array<SourceType, 9> kFileTypes{
    SourceType::tar_gz,  SourceType::tar_bz2, SourceType::tar_xz,
    SourceType::tar_zst, SourceType::tar,     SourceType::zip,
    SourceType::file,    SourceType::files,   SourceType::dir};

bool is_old(const std::optional<struct stat>& status) {
  return status && now_s() - status->st_mtim.tv_sec > kDaySeconds;
}

constexpr int64_t kNoteBytes = 16 << 20;

/// An item that is a file, as it is found.
struct Found {
  ListedItem listed;
  std::string note; // when it is not that of the cache
};

/// The files of one type, as they are found. Views of `directory` lead to the others.
struct FoundFiles {
  std::vector<SourceKey> keys;
  std::vector<std::optional<Found>> found; // of each key
};

/// Calls work(begin, end) for all of 0 .. count. Several threads, because it is a few system calls
/// for each.
void in_parts(std::size_t count, const std::function<void(std::size_t, std::size_t)>& work) {
  constexpr std::size_t kAtOnce = 256;
  parallel_for((count + kAtOnce - 1) / kAtOnce, available_cpus(), [&](std::size_t part) {
    work(part * kAtOnce, std::min(count, (part + 1) * kAtOnce));
  });
}

/// nullopt: it is not there at this moment.
std::optional<Found> look_at(const Dir& dir, const std::string& digest,
                             const ListedDirectory& last) {
  const std::optional<struct stat> status = dir.stat(digest);
  if (!status || !S_ISREG(status->st_mode)) return std::nullopt;
  Found found;
  found.listed.size_bytes = status->st_size;
  found.listed.written_s = status->st_mtim.tv_sec;
  found.listed.owner = status->st_uid;
  const std::string name = digest + std::string(kNote);
  const std::optional<struct stat> note = dir.stat(name);
  if (!note || !S_ISREG(note->st_mode)) return found;
  const ListedItem* before = last.find(digest);
  if (before != nullptr && before->has_note_in(*note)) {
    found.listed.note = before->note;
  } else {
    std::optional<std::string> text = dir.read_file_if_exists(name, kNoteBytes);
    if (!text) return found; // gone meanwhile
    found.note = *std::move(text);
  }
  found.listed.note_inode = note->st_ino;
  // What changed a moment ago may change again in the same tick of the clock: it is read again.
  if (note->st_ctim.tv_sec + ListCache::kSettledSeconds < now_s()) {
    found.listed.note_changed_s = note->st_ctim.tv_sec;
    found.listed.note_changed_ns = note->st_ctim.tv_nsec;
  }
  return found;
}

SourceItem item_of(const Dir& dir, const SourceKey& key, const ListedItem& listed,
                   std::string_view note_text) {
  SourceItem item{.key = key,
                  .path = join_path(dir.path(), key.digest()),
                  .size_bytes = listed.size_bytes,
                  .last_use_s = listed.written_s,
                  .owner = listed.owner};
  std::optional<ItemNote> note = note_text.empty() ? std::nullopt : ItemNote::parse(note_text);
  if (note) std::move(*note).describe(item);
  return item;
}

/// Perhaps only its note is damaged: then it is an item all the same.
void settle_doubt(const StoreFiles& files, SourceItem& item) {
  try {
    if (const std::optional<SourceItem> now = files.find_any(item.key)) item.state = now->state;
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): it cannot be read, and stays in doubt
  }
}

void append(std::vector<std::optional<SourceItem>> found, std::vector<SourceItem>& items) {
  items.reserve(items.size() + found.size());
  for (std::optional<SourceItem>& item : found) // those that are not there were removed
    if (item) items.push_back(*std::move(item));
}

void add_known(const Dir& dir, SourceType type, const ListedDirectory& known,
               std::vector<SourceItem>& items) {
  std::vector<std::optional<SourceItem>> found(known.items.size());
  in_parts(found.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const ListedItem& listed = known.items[i];
      if (std::optional<Digest> digest = Digest::parse_base32(listed.digest))
        found[i] = item_of(dir, SourceKey::make(type, *digest), listed, listed.note);
    }
  });
  append(std::move(found), items);
}

/// All of one type. `files_found` is kept until the cache is saved.
void add_files(const StoreFiles& files, SourceType type, ListCache& cache, FoundFiles& files_found,
               std::vector<SourceItem>& items) {
  std::optional<Dir> dir = files.root().open_dir_if_exists(item_directory(type));
  if (!dir) return;
  if (const ListedDirectory* known = cache.unchanged(type, *dir))
    return add_known(*dir, type, *known, items);
  ListedDirectory now = ListCache::look(*dir);
  std::vector<SourceKey>& keys = files_found.keys;
  for (const Entry& entry : dir->list())
    if (std::optional<Digest> digest = Digest::parse_base32(entry.name))
      keys.push_back(SourceKey::make(type, *digest));
  files_found.found.resize(keys.size());
  std::vector<std::optional<SourceItem>> found(keys.size());
  in_parts(keys.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      std::optional<Found>& one = files_found.found[i];
      one = look_at(*dir, keys[i].digest(), cache.last(type));
      // One that is condemned may come back.
      if (!one && files.find(keys[i])) one = look_at(*dir, keys[i].digest(), cache.last(type));
      if (!one) continue;
      if (!one->note.empty()) one->listed.note = one->note;
      one->listed.digest = keys[i].digest();
      found[i] = item_of(*dir, keys[i], one->listed, one->listed.note);
    }
  });
  for (const std::optional<Found>& one : files_found.found)
    if (one) now.items.push_back(one->listed);
  append(std::move(found), items);
  cache.replace(type, std::move(now));
}

void add_commits(const StoreFiles& files, std::vector<SourceItem>& items) {
  std::vector<std::string> commits = files.git().commits();
  for (const auto& [commit, repository] : files.git().damaged())
    commits.push_back(commit);
  for (const std::string& commit : commits) {
    const SourceKey key = *SourceKey::parse("git:" + commit);
    std::optional<SourceItem> item = files.find_any(key);
    if (!item) continue; // removed meanwhile
    if (item->last_use_s <= 0) {
      std::optional<struct stat> note = files.root().stat(item_place(key) + std::string(kNote));
      item->last_use_s = note ? note->st_mtim.tv_sec : now_s();
    }
    items.push_back(*std::move(item));
  }
}

bool is_before(const SourceItem& a, const SourceItem& b) {
  if (a.key.type() == b.key.type()) return a.key.digest() < b.key.digest();
  return a.key.str() < b.key.str(); // by the texts of the types
}

/// Counts an entry of the store, and removes it when told.
void sweep(const Dir& dir, const std::string& name, bool remove, LeftoverSources& found) {
  std::optional<struct stat> status = dir.stat(name);
  if (!status || !S_ISREG(status->st_mode)) return; // all of a store's own are files
  ++found.count;
  found.size_bytes += status->st_size;
  if (remove) dir.remove_file(name);
}

/// False: it is not called so.
bool sweep_half_written(const StoreFiles& files, const Dir& dir, const std::string& name,
                        bool remove, LeftoverSources& found) {
  if (!is_half_written_name(name)) return false;
  const std::optional<struct stat> status = dir.stat(name);
  if (is_old(status) && files.is_ours(status->st_uid)) sweep(dir, name, remove, found);
  return true;
}

/// Where items of one type lie: notes without items, and what was not finished.
void sweep_beside_items(const StoreFiles& files, SourceType type, bool remove,
                        LeftoverSources& found) {
  std::optional<Dir> dir = files.root().open_dir_if_exists(item_directory(type));
  if (!dir) return;
  std::string before; // in the order of names an item is just before its note
  for (const Entry& entry : dir->list()) {
    if (sweep_half_written(files, *dir, entry.name, remove, found)) continue;
    const bool is_note = entry.type == EntryType::file && entry.name.ends_with(kNote);
    if (!is_note) before = entry.name;
    const std::string_view name =
        std::string_view(entry.name).substr(0, entry.name.size() - (is_note ? kNote.size() : 0));
    if (!is_note || name == before) continue;
    std::optional<SourceKey> key =
        SourceKey::parse(fmt::format("{}:{}", source_type_text(type), name));
    if (!key || key->is_short()) continue; // not a note
    const bool has_item = type == SourceType::git && files.git().holder(key->digest());
    if (has_item || !is_old(dir->stat(entry.name))) continue;
    if (!files.find(*key)) // else a collection had set it aside
      sweep(*dir, entry.name, remove, found);
  }
}

/// What was not finished elsewhere: files, and repositories that were being made.
void sweep_unfinished(const StoreFiles& files, bool remove, LeftoverSources& found) {
  std::vector<std::string> places{".", kAddresses, kStamps, "users", "condemned", "lists", kGit};
  for (const std::string& name : files.git().repositories())
    for (const char* below : {"", "/refs/hdist/kept"})
      if (files.git().is_own(name)) places.push_back(fmt::format("{}/{}{}", kGit, name, below));
  for (const std::string& place : places) {
    std::optional<Dir> dir = files.root().open_dir_if_exists(place);
    for (const Entry& entry : dir ? dir->list() : std::vector<Entry>{}) {
      if (!sweep_half_written(files, *dir, entry.name, remove, found)) continue;
      if (entry.type != EntryType::directory || place != kGit) continue;
      const std::optional<struct stat> status = dir->stat(entry.name);
      if (!is_old(status) || !files.is_ours(status->st_uid)) continue;
      ++found.count;
      if (remove) dir->remove_tree(entry.name);
    }
  }
}

/// In both directories a file is called by a digest, and its last word is the key of an item.
void sweep_memory(const StoreFiles& files, const char* name, bool remove, LeftoverSources& found) {
  std::optional<Dir> dir = files.root().open_dir_if_exists(name);
  if (!dir) return;
  for (const Entry& entry : dir->list()) {
    if (entry.type != EntryType::file || !is_address_name(entry.name)) continue;
    std::optional<std::string> text = dir->read_file_if_exists(entry.name);
    const std::vector<std::string> words = split_words(text.value_or(""));
    std::optional<SourceKey> key = words.empty() ? std::nullopt : SourceKey::parse(words.back());
    if (!key || !files.find(*key)) sweep(*dir, entry.name, remove, found);
  }
}

} // namespace

std::vector<SourceItem> list_items(const StoreFiles& files) {
  std::vector<SourceItem> items;
  ListCache cache(files.root());
  std::array<FoundFiles, kFileTypes.size()> found;
  for (std::size_t i = 0; i < kFileTypes.size(); ++i)
    add_files(files, kFileTypes[i], cache, found[i], items);
  cache.save();
  for (SourceItem& item : items)
    if (item.state == SourceState::doubtful) settle_doubt(files, item);
  add_commits(files, items);
  std::sort(items.begin(), items.end(), is_before);
  return items;
}

LeftoverSources find_leftovers(const StoreFiles& files, bool remove) {
  LeftoverSources found;
  if (std::optional<Dir> dir = files.root().open_dir_if_exists(kTemporary))
    for (const std::string& name : old_unfinished(*dir))
      sweep(*dir, name, remove, found);
  for (SourceType type : kFileTypes)
    sweep_beside_items(files, type, remove, found);
  sweep_beside_items(files, SourceType::git, remove, found);
  sweep_memory(files, kAddresses, remove, found);
  sweep_memory(files, kStamps, remove, found);
  sweep_unfinished(files, remove, found);
  LeftoverSources condemned = condemned_leftovers(files.root(), remove);
  found.count += condemned.count;
  found.size_bytes += condemned.size_bytes;
  return found;
}

} // namespace hdist
