// The layout is in store_files.cc, what appears at a target in unpack_target.cc; here is what both
// are used for.
#include "source/source_store.h"

#include "base/error.h"
#include "base/text.h"
#include "model/hitpack.h"
#include "source/address.h"
#include "source/deposit.h"
#include "source/dir_stamp.h"
#include "source/git_content.h"
#include "source/git_mend.h"
#include "source/git_unpack.h"
#include "source/item_check.h"
#include "source/item_list.h"
#include "source/item_place.h"
#include "source/item_removal.h"
#include "source/unpack_item.h"
#include "source/unpack_target.h"

#include <fmt/format.h>

namespace hdist {

namespace {

constexpr int64_t kNoteEverySeconds = 300;
constexpr std::string_view kSha256 = "sha256:";

SourceItem need(const SourceStore& store, const SourceKey& key) {
  std::optional<SourceItem> item = store.find(key);
  if (item) return *std::move(item);
  throw Error(ErrorKind::usage, "source.not-found",
              fmt::format("{} is not in the source store {}", key.str(), store.path()));
}

/// A collection sets an item aside for a moment, also between finding and opening it.
void unpack_when_there(const SourceStore& store, const UnpackRequest& request,
                       const UnpackTarget& target, const std::stop_token& stop) {
  constexpr int kTries = 100;
  for (int tries = 1;; ++tries) {
    try {
      unpack_item(need(store, request.key), target.dir(), {request.strip, target.file_name()},
                  stop);
      return;
    } catch (const Error& error) {
      if (error.code() != "source.moved" || tries == kTries) throw;
    }
  }
}

} // namespace

std::string when_given(const SourceItem& item, const std::string& url) {
  const std::string address = public_address(url);
  for (const SourceAddress& known : item.addresses)
    if (known.url == address) return " at " + utc_time(known.time_s);
  return "";
}

SourceStore SourceStore::open(const std::string& path, const SourceStoreOptions& options) {
  try {
    return SourceStore(std::make_unique<StoreFiles>(path, options));
  } catch (Error& error) {
    error.during(fmt::format("opening the source store {}", path));
    throw;
  }
}

SourceStore::SourceStore(std::unique_ptr<StoreFiles> files) : files_(std::move(files)) {}
SourceStore::SourceStore(SourceStore&&) noexcept = default;
SourceStore::~SourceStore() = default;

const std::string& SourceStore::path() const {
  return files_->root().path();
}

std::optional<SourceItem> SourceStore::find(const SourceKey& key) const {
  return files_->find(key);
}

std::optional<SourceItem> SourceStore::find(const Expectation& expected) const {
  if (expected.key()) return find(*expected.key());
  std::string text = expected.str();
  std::optional<Digest> digest = Digest::parse_hex(text.substr(kSha256.size()));
  if (!digest) return std::nullopt;
  for (SourceType type : types_of_bytes())
    if (std::optional<SourceItem> item = find(SourceKey::make(type, *digest))) return item;
  return std::nullopt;
}

std::optional<SourceItem> SourceStore::find_address(const std::string& url) const {
  std::optional<SourceKey> key = files_->key_of_address(public_address(url));
  return key ? find(*key) : std::nullopt;
}

Deposit SourceStore::deposit() const {
  return Deposit(std::make_unique<Deposit::State>(*files_));
}

void SourceStore::add_claim(const SourceKey& key, const std::string& url) const {
  files_->change_note(need(*this, key).key, [&](ItemNote& note) {
    note.add_address(public_address(url), now_s());
    return true;
  });
}

void SourceStore::add_address(const SourceKey& key, const std::string& url) const {
  add_claim(key, url);
  if (is_http_address(url)) files_->set_address(public_address(url), need(*this, key).key);
}

void SourceStore::add_tags(const SourceKey& key, const std::vector<std::string>& tags) const {
  if (tags.empty()) return;
  files_->change_note(need(*this, key).key, [&](ItemNote& note) { return note.add_tags(tags); });
}

void SourceStore::note_use(const SourceKey& key) const {
  files_->enter();
  try {
    std::optional<SourceItem> item = find(key);
    if (!item) return;
    const int64_t age_s = now_s() - item->last_use_s; // negative: the clock was ahead then
    if (age_s >= 0 && age_s < kNoteEverySeconds) return;
    files_->change_note(item->key, [](ItemNote& note) {
      note.last_use_s = now_s();
      return true;
    });
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): a store of others cannot be written
  }
}

SourceItem SourceStore::put_pack(std::string_view bytes) const {
  static_cast<void>(read_hitpack(bytes));
  if (std::optional<SourceItem> item = find(hitpack_key(bytes))) return *std::move(item);
  Deposit pack = deposit();
  pack.write(bytes);
  return pack.finish(SourceType::files, std::nullopt, "");
}

SourceItem SourceStore::put_directory(const std::string& directory,
                                      const std::stop_token& stop) const {
  Deposit stream = deposit();
  Dir dir = Dir::open(directory);
  write_dir_stream(
      dir, [&](std::string_view bytes) { stream.write(bytes); }, stop);
  return stream.finish(SourceType::dir, std::nullopt, noted_path(dir.path()));
}

std::optional<SourceItem> SourceStore::find_stamped(const std::string& directory,
                                                    const DirStamp& stamp) const {
  const std::optional<SourceKey> key = key_of_stamp(files_->root(), directory, stamp);
  if (!key) return std::nullopt;
  note_use(*key);
  return find(*key);
}

void SourceStore::note_stamp(const std::string& directory, const DirStamp& stamp,
                             const SourceKey& key) const {
  hdist::note_stamp(files_->root(), directory, stamp, key);
}

const GitStore& SourceStore::git() const {
  return files_->git();
}

void SourceStore::note_commit(const std::string& commit, const std::optional<GitContentSum>& sum,
                              const std::string& url) const {
  files_->change_note(*SourceKey::parse("git:" + commit), [&](ItemNote& note) {
    if (sum) note.size_bytes = sum->size_bytes;
    if (sum && note.tree.empty()) note.tree = sum->tree.str();
    note.last_use_s = now_s();
    note.add_address(public_address(url), now_s());
    return true;
  });
}

void SourceStore::check_tree(const std::string& commit, const SourceKey& tree) const {
  files_->check_tree(*SourceKey::parse("git:" + commit), tree);
}

std::optional<SourceItem> SourceStore::note_tag(const std::string& url,
                                                const SourceKey& commit) const {
  const std::string address = "tag " + public_address(url); // which is looked at each time
  const std::optional<SourceKey> before = files_->key_of_address(address);
  if (before == commit) return std::nullopt;
  files_->set_address(address, commit);
  if (!before) return std::nullopt;
  return find(*before).value_or(SourceItem{.key = *before});
}

std::vector<SourceItem> SourceStore::list() const {
  std::vector<SourceItem> items = list_all();
  std::erase_if(items, [](const SourceItem& item) { return item.state != SourceState::whole; });
  return items;
}

std::vector<SourceItem> SourceStore::list_all() const {
  return list_items(*files_);
}

std::optional<SourceItem> SourceStore::find_any(const SourceKey& key) const {
  return files_->find_any(key);
}

void SourceStore::mend(const SourceItem& item, const std::function<void()>& fetch_again,
                       const std::stop_token& stop) const {
  if (item.key.type() != SourceType::git) return files_->mend(item.key, fetch_again);
  const auto fetch_and_check = [&] {
    fetch_again();
    static_cast<void>(sum_of_commit(git(), item.key.digest(), "", stop));
  };
  mend_commit(git(), item.path, item.key.digest(), fetch_and_check, stop);
}

void SourceStore::verify(const SourceItem& item, const std::stop_token& stop) const {
  verify_item(*files_, item, stop);
}

bool SourceStore::is_ours(const SourceItem& item) const {
  return files_->is_ours(item.owner);
}

bool SourceStore::remove(const SourceItem& item,
                         const std::function<bool(const SourceItem&)>& is_unused,
                         const std::stop_token& stop) const {
  return remove_item(*files_, item, is_unused, stop);
}

std::optional<int64_t> SourceStore::others_since(bool remove_dead) const {
  return files_->user().others_since(files_->root(), remove_dead);
}

void SourceStore::settle_condemned() const {
  hdist::settle_condemned(*files_);
}

LeftoverSources SourceStore::leftovers(bool remove) const {
  return find_leftovers(*files_, remove);
}

void SourceStore::unpack(const UnpackRequest& request, const std::stop_token& stop) const {
  try {
    note_use(request.key);
    static_cast<void>(need(*this, request.key));
    std::string content = fmt::format("{} {}\n", request.key.str(), request.strip.value_or(-1));
    UnpackTarget target =
        request.key.type() == SourceType::file
            ? UnpackTarget::for_file(request.target, request.into_existing, content)
            : UnpackTarget(request.target, request.into_existing, content);
    if (target.is_finished()) return;
    if (request.key.type() == SourceType::git && request.strip.value_or(0) == 0)
      check_tree(request.key.digest(),
                 unpack_git_commit(git(), request.key.digest(), target.dir(), stop));
    else
      unpack_when_there(*this, request, target, stop);
    std::move(target).publish();
  } catch (Error& error) {
    if (error.code() == "source.corrupt" && request.key.type() != SourceType::git)
      if (const std::optional<SourceItem> item = find(request.key))
        files_->note_damage(item->key, true);
    error.during(fmt::format("unpacking {} to {}", request.key.str(), request.target));
    throw;
  }
}

} // namespace hdist
