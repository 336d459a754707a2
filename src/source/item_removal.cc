#include "source/item_removal.h"

#include "base/error.h"
#include "base/lease.h"
#include "base/text.h"
#include "source/item_place.h"
#include "source/own_names.h"
#include "source/store_holder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

namespace hdist {

namespace {

constexpr const char* kCondemned = "condemned";
constexpr std::string_view kNote = ".json";
constexpr std::string_view kAside = ".item";   // what was set aside; of a commit its repository
constexpr int64_t kLongestVerdictSeconds = 60; // whoever condemned it is taken for dead then
constexpr int64_t kDaySeconds = 86'400;
constexpr std::chrono::seconds kLongestWait{10};
constexpr std::chrono::milliseconds kStep{2};

std::string mark_of(const SourceKey& key) {
  return fmt::format("{}/{}-{}", kCondemned, source_type_text(key.type()), key.digest());
}

std::string aside_of(const SourceKey& key) {
  return mark_of(key) + std::string(kAside);
}

std::optional<int64_t> age_s(const Dir& root, const std::string& name) {
  std::optional<struct stat> status = root.stat(name);
  if (!status) return std::nullopt;
  return now_s() - status->st_mtim.tv_sec;
}

/// A condemnation as others see it: its file holds who decides (a LeaseHolder).
class Decision {
public:
  Decision(const Dir& root, std::string mark)
      : root_(root), mark_(std::move(mark)), holder_(root, mark_) {}

  /// Somebody decides, as far as can be known.
  bool lasts() {
    std::optional<int64_t> age = age_s(root_, mark_);
    return age && *age <= kLongestVerdictSeconds && holder_.look() != Liveness::dead;
  }
  /// The file is there, and whoever made it is dead.
  bool is_abandoned() { return root_.exists(mark_) && !lasts(); }

private:
  const Dir& root_;
  std::string mark_;
  LeaseWatch holder_;
};

/// Removes the mark of one who died, and not one that another has made there since.
void remove_mark(const Dir& root, const std::string& mark) {
  if (!Decision(root, mark).is_abandoned()) return;
  constexpr int kLength = 16;
  std::string taken = fmt::format("{}/.tmp-{}", kCondemned, random_name(kLength));
  try {
    root.rename(mark, taken);
  } catch (const Error& error) {
    if (error.system_errno() != ENOENT) throw;
    return; // another process was first
  }
  if (!Decision(root, taken).lasts() || !root.rename_new(taken, mark)) root.remove_file(taken);
}

/// Several processes may at once. False: it is another user's to do.
bool restore(const GitStore& git, const SourceKey& key) {
  const Dir& root = git.root();
  std::string aside = aside_of(key);
  if (key.type() == SourceType::git) {
    std::optional<std::string> repository = root.read_file_if_exists(aside);
    if (repository && !git.keep_again(*repository, key.digest())) return false;
    root.remove_file(aside);
  } else if (root.exists(aside)) {
    if (!rename_new_in(root, aside, item_place(key)))
      root.remove_file(aside); // fetched again meanwhile
  }
  return true;
}

/// Undoes what one who died had begun. False as of restore().
bool put_back(const GitStore& git, const SourceKey& key) {
  if (!restore(git, key)) return false;
  remove_mark(git.root(), mark_of(key));
  return true;
}

/// A file that says that this process decides about the item. Destroying it removes it.
class Condemnation {
public:
  Condemnation(const StoreFiles& files, const SourceKey& key)
      : root_(files.root()), mark_(mark_of(key)) {
    root_.make_dir(kCondemned);
    if (Decision(root_, mark_).is_abandoned()) put_back(files.git(), key);
    constexpr int kLength = 32;
    is_ours_ = root_.link_new_file(mark_, LeaseHolder::self(random_name(kLength)).text(),
                                   {.mode = 0444, .durable = false});
  }
  ~Condemnation() {
    try {
      if (is_ours_) root_.remove_file(mark_);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): it ages, and is passed over then
    }
  }
  Condemnation(const Condemnation&) = delete;
  Condemnation& operator=(const Condemnation&) = delete;
  bool is_ours() const { return is_ours_; }

private:
  const Dir& root_;
  std::string mark_;
  bool is_ours_ = false;
};

/// What is known of the item now; `aside`: where it is, "" when it is no file.
SourceItem look_again(const Dir& root, SourceItem item, const std::string& aside) {
  std::optional<std::string> text =
      root.read_file_if_exists(item_place(item.key) + std::string(kNote));
  std::optional<ItemNote> note = text ? ItemNote::parse(*text) : std::nullopt;
  if (note && note->last_use_s > 0) item.last_use_s = note->last_use_s;
  if (note) item.tags = note->tags;
  // Perhaps it was fetched again after the list was made, and has no new note yet.
  std::optional<struct stat> status = aside.empty() ? std::nullopt : root.stat(aside);
  if (status) item.last_use_s = std::max<int64_t>(item.last_use_s, status->st_mtim.tv_sec);
  return item;
}

using IsUnused = std::function<bool(const SourceItem&)>;

bool remove_commit(const StoreFiles& files, const SourceItem& item, const IsUnused& is_unused,
                   const std::stop_token& stop) {
  const Dir& root = files.root();
  std::optional<std::string> repository = files.git().holder(item.key.digest());
  std::string place = item_place(item.key), aside = aside_of(item.key);
  if (!repository) { // only remains of it, or another collection was first
    if (item.state != SourceState::damaged) return true;
    files.git().forget(item.key.digest(), stop);
    holder_of(root, place).remove_file(base_name(place) + std::string(kNote));
    return true;
  }
  holder_of(root, aside).write_file(base_name(aside), base_name(*repository));
  files.git().forget(item.key.digest(), stop);
  bool is_gone = is_unused(look_again(root, item, ""));
  if (!is_gone)
    static_cast<void>(files.git().keep_again(base_name(*repository), item.key.digest()));
  root.remove_file(aside); // before the note, as below
  if (is_gone) holder_of(root, place).remove_file(base_name(place) + std::string(kNote));
  return is_gone;
}

bool remove_file_item(const StoreFiles& files, const SourceItem& item, const IsUnused& is_unused) {
  const Dir& root = files.root();
  std::string place = item_place(item.key), aside = aside_of(item.key);
  if (!root.exists(place)) return true; // another collection was first
  rename_in(root, place, aside);
  if (!is_unused(look_again(root, item, aside))) {
    if (!rename_new_in(root, aside, place)) root.remove_file(aside); // fetched again meanwhile
    return false;
  }
  // The note last: without it the item would be put back as if nobody knew its tags.
  root.remove_file(aside);
  holder_of(root, place).remove_file(base_name(place) + std::string(kNote));
  return true;
}

} // namespace

bool remove_item(const StoreFiles& files, const SourceItem& item, const IsUnused& is_unused,
                 const std::stop_token& stop) {
  Condemnation condemnation(files, item.key);
  if (!condemnation.is_ours()) return false;
  try {
    return item.key.type() == SourceType::git ? remove_commit(files, item, is_unused, stop)
                                              : remove_file_item(files, item, is_unused);
  } catch (const Error&) {
    try {
      static_cast<void>(restore(files.git(), item.key));
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): then the next collection does
    }
    throw;
  }
}

bool await_verdict(const GitStore& git, const SourceKey& key) {
  const Dir& root = git.root();
  Decision decision(root, mark_of(key));
  bool waited = false;
  for (auto end = std::chrono::steady_clock::now() + kLongestWait;
       std::chrono::steady_clock::now() < end && decision.lasts(); waited = true)
    std::this_thread::sleep_for(kStep);
  if (!decision.is_abandoned()) return waited;
  try {
    return put_back(git, key) || waited;
  } catch (const Error&) { // a store of others, which cannot be written
    return waited;
  }
}

void settle_condemned(const StoreFiles& files) {
  auto attempt = [](const auto& work) {
    try {
      work();
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): it stays aside for now
    }
  };
  std::vector<Entry> entries;
  attempt([&] {
    if (std::optional<Dir> dir = files.root().open_dir_if_exists(kCondemned)) entries = dir->list();
  });
  for (const Entry& entry : entries) {
    std::optional<SourceKey> key = condemned_key(entry.name);
    if (!key || entry.type != EntryType::file) continue;
    attempt([&] {
      if (!Decision(files.root(), mark_of(*key)).lasts()) put_back(files.git(), *key);
    });
  }
}

LeftoverSources condemned_leftovers(const Dir& root, bool remove) {
  LeftoverSources found;
  std::optional<Dir> dir = root.open_dir_if_exists(kCondemned);
  if (!dir) return found;
  std::vector<Entry> entries = dir->list();
  std::reverse(entries.begin(), entries.end()); // what was set aside before its mark
  for (const Entry& entry : entries) {
    if (!is_condemned_name(entry.name) || entry.type != EntryType::file) continue;
    std::string mark = entry.name.substr(0, entry.name.rfind(kAside));
    std::optional<int64_t> age = age_s(*dir, mark);
    std::optional<struct stat> status = dir->stat(entry.name);
    if (!status) continue;
    // Without a mark: since it was set aside.
    if (age.value_or(now_s() - status->st_ctim.tv_sec) <= kDaySeconds) continue;
    ++found.count;
    found.size_bytes += status->st_size;
    if (remove) dir->remove_file(entry.name);
  }
  return found;
}

} // namespace hdist
