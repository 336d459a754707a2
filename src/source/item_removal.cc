#include "source/item_removal.h"

#include "base/error.h"
#include "base/lease.h"
#include "base/text.h"
#include "source/item_place.h"
#include "source/own_names.h"
#include "source/store_holder.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace hdist {

namespace {

constexpr const char* kCondemned = "condemned";
constexpr std::string_view kNote = ".json";
constexpr int64_t kLongestVerdictSeconds = 60; // whoever condemned it is taken for dead then
constexpr int64_t kDaySeconds = 86'400;
constexpr std::chrono::seconds kLongestWait{10};
constexpr std::chrono::milliseconds kStep{2};

std::string mark_of(const SourceKey& key) {
  return fmt::format("{}/{}-{}", kCondemned, source_type_text(key.type()), key.digest());
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

/// A file that says that somebody decides about the item. Destroying it removes it.
class Condemnation {
public:
  Condemnation(const Dir& root, const SourceKey& key) : root_(root), mark_(mark_of(key)) {
    root_.make_dir(kCondemned);
    if (Decision(root_, mark_).is_abandoned()) root_.remove_file(mark_);
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
  std::string aside() const { return mark_ + ".item"; }

private:
  const Dir& root_;
  std::string mark_;
  bool is_ours_ = false;
};

/// What is known of the item now; `aside`: where it is, when it is a file.
SourceItem look_again(const Dir& root, SourceItem item, const std::string& aside) {
  std::optional<std::string> text =
      root.read_file_if_exists(item_place(item.key) + std::string(kNote));
  std::optional<ItemNote> note = text ? ItemNote::parse(*text) : std::nullopt;
  if (note && note->last_use_s > 0) item.last_use_s = note->last_use_s;
  if (note) item.tags = note->tags;
  // Perhaps it was fetched again after the list was made, and has no new note yet.
  if (std::optional<struct stat> status = root.stat(aside))
    item.last_use_s = std::max<int64_t>(item.last_use_s, status->st_mtim.tv_sec);
  return item;
}

} // namespace

bool remove_item(const StoreFiles& files, const SourceItem& item,
                 const std::function<bool(const SourceItem&)>& is_unused,
                 const std::stop_token& stop) {
  const Dir& root = files.root();
  Condemnation condemnation(root, item.key);
  if (!condemnation.is_ours()) return false;
  std::string place = item_place(item.key), aside = condemnation.aside();
  if (item.key.type() == SourceType::git) {
    std::optional<std::string> repository = files.git().holder(item.key.digest());
    files.git().forget(item.key.digest(), stop);
    if (!is_unused(look_again(root, item, aside))) {
      if (repository) files.git().keep(*repository, item.key.digest(), stop);
      return false;
    }
    holder_of(root, place).remove_file(base_name(place) + std::string(kNote));
    return true;
  }
  if (!root.exists(place)) return true; // another collection was first
  rename_in(root, place, aside);
  if (!is_unused(look_again(root, item, aside))) {
    if (!rename_new_in(root, aside, place)) root.remove_file(aside); // fetched again meanwhile
    return false;
  }
  holder_of(root, place).remove_file(base_name(place) + std::string(kNote));
  root.remove_file(aside);
  return true;
}

bool await_verdict(const Dir& root, const SourceKey& key) {
  Decision decision(root, mark_of(key));
  bool waited = false;
  for (auto end = std::chrono::steady_clock::now() + kLongestWait;
       std::chrono::steady_clock::now() < end && decision.lasts(); waited = true)
    std::this_thread::sleep_for(kStep);
  return waited;
}

LeftoverSources condemned_leftovers(const Dir& root, bool remove) {
  LeftoverSources found;
  std::optional<Dir> dir = root.open_dir_if_exists(kCondemned);
  if (!dir) return found;
  for (const Entry& entry : dir->list()) {
    if (!is_condemned_name(entry.name) || entry.type != EntryType::file) continue;
    std::string mark = entry.name.substr(0, entry.name.rfind(".item"));
    std::optional<int64_t> age = age_s(*dir, mark);
    if (age && *age <= kDaySeconds) continue;
    ++found.count;
    if (std::optional<struct stat> status = dir->stat(entry.name))
      found.size_bytes += status->st_size;
    if (remove) dir->remove_file(entry.name);
  }
  return found;
}

} // namespace hdist
