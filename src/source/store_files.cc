#include "source/store_files.h"

#include "base/error.h"
#include "base/text.h"
#include "model/store_document.h"
#include "source/item_check.h"
#include "source/item_place.h"
#include "source/item_removal.h"
#include "source/own_names.h"
#include "source/store_holder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <set>
#include <utility>

namespace hdist {

namespace {

constexpr const char* kStoreFile = "store.json";
constexpr const char* kTemporary = "tmp";
constexpr const char* kAddresses = "urls";
constexpr std::string_view kRepositories = "git", kAboveTypes = "packs";
/// Those at the top.
constexpr std::array kDirectories{kTemporary, kAddresses, "stamps", "users", "condemned", "lists",
                                  "packs",    "files",    "dirs",   "git",   "commits"};
constexpr int64_t kSmallFile = 16 << 20;
constexpr int64_t kDaySeconds = 86'400;

/// Its files are told from others by their names, and old ones are removed: so a directory that has
/// any of these is not made a store.
void check_unused(const Dir& root) {
  for (const char* name : kDirectories) {
    if (!root.exists(name)) continue;
    // Another process may have made the store since.
    if (root.exists(kStoreFile)) return;
    Error error(ErrorKind::refused, "source.store-foreign",
                fmt::format("{} is no source store (it has no {}), and cannot become one: it has "
                            "\"{}\", where a source store keeps its own files",
                            root.path(), kStoreFile, name));
    error.advise({.text = "Name a new or an empty directory, for example one below that one.",
                  .verb = {},
                  .args = {}});
    error.advise({.text = fmt::format("If it is a copy of a source store, copy the file {} of that "
                                      "store, too.",
                                      kStoreFile),
                  .verb = {},
                  .args = {}});
    throw error;
  }
}

std::string address_file(const std::string& url) {
  return fmt::format("{}/{}", kAddresses, sha256(url).base32());
}

/// The calls that open them follow no link in the last part; above types `packs` may be one in a
/// store of one's own (store_holder.h).
void check_no_links(const Dir& root) {
  auto check = [&](const std::string& name) {
    const std::optional<struct stat> status = root.stat(name);
    if (!status || !S_ISLNK(status->st_mode)) return;
    Error error(ErrorKind::refused, "source.store-link",
                fmt::format("{} is a symbolic link, and in a source store one is not followed",
                            join_path(root.path(), name)));
    error.advise({.text = "Where the disk is too small, move the whole store, and name its place",
                  .verb = "config",
                  .args = {"set", "sources.store", "DIRECTORY"}});
    error.advise({.text = "Or, in a store of your own, let `packs` as a whole be the link.",
                  .verb = {},
                  .args = {}});
    throw error;
  };
  std::set<std::string> names;
  for (const char* name : kDirectories)
    if (name != kAboveTypes) names.insert(name);
  for (SourceType type : types_of_bytes())
    names.insert(item_directory(type));
  try {
    // Two directories are read faster than twenty names are looked at.
    for (const Entry& entry : root.list())
      if (names.contains(entry.name) && entry.type != EntryType::directory) check(entry.name);
    const std::string above(kAboveTypes);
    if (!root.exists(above)) return;
    for (const Entry& entry : holder_of(root, join_path(above, "x")).list())
      if (entry.type != EntryType::directory) check(join_path(above, entry.name));
  } catch (const Error& error) {
    if (error.code() == "source.store-link") throw;
    for (const std::string& name : names) // who may look, and not list
      check(name);
  }
}

/// What the store's own directories must be like for a group. That of repositories is sticky: git
/// does as a repository says, so nobody may put his in the place of another's.
void share_with_group(const Dir& root) {
  constexpr mode_t kGroup = 02775, kSticky = 01000, kAll = 07777;
  std::optional<struct stat> status = root.stat(".");
  if (!status) return;
  const bool is_own = status->st_uid == ::geteuid();
  const auto private_store = [&] {
    return Error(ErrorKind::refused, "source.store-private",
                 fmt::format("{} belongs to another user, and is not for a group", root.path()))
        .advise({.text = "Its owner makes it one with `share = group` in [sources] of his "
                         "configuration, at the next use of it.",
                 .verb = {},
                 .args = {}});
  };
  if (!is_own && (status->st_mode & kAll) != kGroup) throw private_store();
  // Each is looked at: a person may have made the top, or restored a part.
  auto make = [&](const std::string& name, mode_t mode) {
    const std::optional<struct stat> there = root.stat(name);
    if (there && (there->st_uid != ::geteuid() ||
                  (there->st_gid == status->st_gid && (there->st_mode & kAll) == mode)))
      return;
    if (!there && ::faccessat(root.fd(), ".", W_OK, AT_EACCESS) != 0) return; // it is only read
    // Its owner has opened the top to the group, and nothing below yet.
    const Dir above = root.open_dir(parent_path(name));
    if (!is_own && ::faccessat(above.fd(), ".", W_OK, AT_EACCESS) != 0) throw private_store();
    const Dir dir = root.make_dir(name);
    if (::fchown(dir.fd(), static_cast<uid_t>(-1), status->st_gid) != 0)
      throw_errno("fchown", dir.path());
    dir.set_mode(".", mode);
  };
  for (const char* name : kDirectories)
    make(name, name == kRepositories ? kGroup | kSticky : kGroup);
  for (SourceType type : types_of_bytes())
    make(item_directory(type), kGroup);
  if ((status->st_mode & kAll) != kGroup) root.set_mode(".", kGroup);
}

std::string note_of(const std::string& place) {
  return place + ".json";
}

std::optional<ItemNote> read_note(const Dir& dir, const std::string& name) {
  const std::optional<struct stat> status = dir.stat(note_of(name));
  if (!status || !S_ISREG(status->st_mode)) return std::nullopt; // what is no file is no note
  std::optional<std::string> text = dir.read_file_if_exists(note_of(name), kSmallFile);
  return text ? ItemNote::parse(*text) : std::nullopt;
}

/// An item that is a file, without its path.
std::optional<SourceItem> read_item(const Dir& dir, const std::string& name, const SourceKey& key) {
  std::optional<struct stat> status = dir.stat(name);
  if (!status || !S_ISREG(status->st_mode)) return std::nullopt;
  SourceItem item{.key = key, .size_bytes = status->st_size, .owner = status->st_uid};
  std::optional<ItemNote> note = read_note(dir, name);
  if (note) std::move(*note).describe(item);
  return item;
}

/// Makes the directories and lets them last, too, before something in them is promised.
void make_durable_dirs(const Dir& root, const std::string& name) {
  if (root.exists(name)) return;
  root.make_dirs(name);
  for (std::string path = parent_path(name);; path = parent_path(path)) {
    root.open_dir(path).sync();
    if (path == ".") return;
  }
}

} // namespace

int64_t now_s() {
  return static_cast<int64_t>(std::time(nullptr));
}

std::vector<std::string> old_unfinished(const Dir& temporary) {
  std::vector<std::string> names;
  for (const Entry& entry : temporary.list()) {
    if (!is_unfinished_name(entry.name) && !is_half_written_name(entry.name)) continue;
    std::optional<struct stat> status = temporary.stat(entry.name);
    // Whoever still writes to it has touched it within a day.
    if (status && S_ISREG(status->st_mode) && now_s() - status->st_mtim.tv_sec > kDaySeconds)
      names.push_back(entry.name);
  }
  return names;
}

StoreFiles::StoreFiles(const std::string& path, const SourceStoreOptions& options)
    : root_(Dir::create(path)), git_program_(Env::current(), options.supervise),
      git_(root_, git_program_) {
  std::optional<std::string> text = root_.read_file_if_exists(kStoreFile, kSmallFile);
  if (!text) {
    check_unused(root_);
    // Another process may do the same at the same time: its file says the same.
    static_cast<void>(root_.link_new_file(kStoreFile, store_json(StoreKind::sources),
                                          {.mode = 0444, .durable = true}));
    text = root_.read_file(kStoreFile, kSmallFile);
  }
  check_store_json(*text, join_path(root_.path(), kStoreFile), StoreKind::sources);
  check_no_links(root_);
  if (options.group) share_with_group(root_);
  if (std::optional<struct stat> status = root_.stat(".")) owner_ = status->st_uid;
}

bool StoreFiles::is_ours(uid_t owner) const {
  const uid_t self = ::geteuid();
  return self == 0 || self == owner_ || self == owner;
}

std::optional<SourceKey> StoreFiles::full_key(const SourceKey& key) const {
  if (!key.is_short()) return key;
  std::optional<Dir> dir = root_.open_dir_if_exists(item_directory(key.type()));
  if (!dir) return std::nullopt;
  for (const Entry& entry : dir->list()) {
    if (!entry.name.starts_with(key.digest())) continue;
    if (std::optional<Digest> digest = Digest::parse_base32(entry.name))
      return SourceKey::make(key.type(), *digest);
  }
  return std::nullopt;
}

std::optional<SourceItem> StoreFiles::find(const SourceKey& wanted) const {
  std::optional<SourceKey> key = full_key(wanted);
  if (!key) return std::nullopt;
  // Where it is missed and nobody decides about it, the decision may have been made between the
  // two: it is looked for again, until that is so twice.
  for (int quiet = 0; quiet < 2;) {
    if (std::optional<SourceItem> item = look_at_whole(*key)) return item;
    quiet = await_verdict(git_, *key) ? 0 : quiet + 1;
  }
  return look_at_whole(*key);
}

std::optional<SourceItem> StoreFiles::find_any(const SourceKey& wanted) const {
  if (std::optional<SourceItem> item = find(wanted)) return item;
  const std::optional<SourceKey> key = full_key(wanted);
  return key ? look(*key) : std::nullopt;
}

std::optional<SourceItem> StoreFiles::look_at_whole(const SourceKey& key) const {
  std::optional<SourceItem> item = look(key);
  if (item && item->state == SourceState::doubtful) try {
      verify_item(*this, *item, {}); // once: what is found out is noted
      item->state = SourceState::whole;
    } catch (const Error& error) {
      if (error.code() != "source.corrupt" && error.system_errno() != ENOENT) throw;
    }
  return item && item->state == SourceState::whole ? item : std::nullopt;
}

std::optional<SourceItem> StoreFiles::look(const SourceKey& key) const {
  if (is_mended(key)) return std::nullopt;
  if (key.type() != SourceType::git) {
    std::optional<SourceItem> item = read_item(root_, item_place(key), key);
    if (item) item->path = join_path(root_.path(), item_place(key));
    return item;
  }
  std::optional<std::string> repository = git_.holder(key.digest());
  const bool is_kept = repository.has_value();
  if (!is_kept) repository = git_.remains(key.digest());
  if (!repository) return std::nullopt;
  SourceItem item{.key = key, .path = *repository};
  struct stat status {};
  if (::lstat(repository->c_str(), &status) == 0) item.owner = status.st_uid;
  if (std::optional<ItemNote> note = read_note(root_, item_place(key))) {
    item.size_bytes = std::max<int64_t>(note->size_bytes, 0);
    std::move(*note).describe(item);
  }
  item.state = is_kept ? SourceState::whole : SourceState::damaged; // the note does not know
  return item;
}

void StoreFiles::change_note(const SourceKey& key,
                             const std::function<bool(ItemNote&)>& change) const {
  std::scoped_lock lock(notes_);
  std::string place = item_place(key);
  std::optional<std::string> text = root_.read_file_if_exists(note_of(place), kSmallFile);
  ItemNote note = (text ? ItemNote::parse(*text) : std::nullopt).value_or(ItemNote{});
  if (!change(note)) return;
  if (key.type() == SourceType::git) {
    if (!git_.holder(key.digest())) return; // gone meanwhile
    make_durable_dirs(root_, item_directory(key.type()));
  } else {
    std::optional<struct stat> status = root_.stat(place);
    if (!status) return; // gone meanwhile
    note.size_bytes = status->st_size;
  }
  note.key = key.str();
  holder_of(root_, place).write_file(base_name(note_of(place)), note.text());
}

// Whoever may write to the store may write the note, too: its digest can only refuse, since each
// object is compared with its name besides.
void StoreFiles::check_tree(const SourceKey& commit, const SourceKey& tree) const {
  const std::optional<ItemNote> note = read_note(root_, item_place(commit));
  const std::optional<SourceKey> before = SourceKey::parse(note ? note->tree : "");
  if (before == tree) return;
  if (before) {
    const std::string path = join_path(root_.path(), note_of(item_place(commit)));
    Error error(ErrorKind::failed, "source.corrupt",
                fmt::format("{} gives {}, and gave {} when it was kept ({}), although each object "
                            "has the SHA-1 that it is called by: either they or that note are "
                            "forged",
                            commit.str(), tree.str(), before->str(), path));
    error.advise({.text = "Compare it with another copy of the repository. If that has the same "
                          "content the note is wrong: remove that file.",
                  .verb = {},
                  .args = {}});
    throw error;
  }
  try {
    change_note(commit, [&](ItemNote& now) {
      if (!now.tree.empty()) return false;
      now.tree = tree.str();
      return true;
    });
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): a store of others cannot be written
  }
}

std::optional<SourceKey> StoreFiles::key_of_address(const std::string& url) const {
  const std::string name = address_file(url);
  std::optional<std::string> text;
  try {
    const Fd file = root_.open_file(name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    // Of what an address gave only those are believed whom this user trusts with the store.
    if (status.st_uid != 0 && status.st_uid != owner_ && status.st_uid != ::geteuid())
      return std::nullopt;
    text = read_all(file.get(), kSmallFile, join_path(root_.path(), name));
  } catch (const Error& error) {
    if (error.system_errno() == ENOENT) return std::nullopt;
    throw;
  }
  // The file says of which address it is, because others may rename it.
  const std::vector<std::string> words = split_words(*text);
  if (words.size() != 2 || words[0] != base_name(name)) return std::nullopt;
  return SourceKey::parse(words[1]);
}

void StoreFiles::set_address(const std::string& url, const SourceKey& key) const {
  const std::string name = base_name(address_file(url));
  root_.make_dir(kAddresses).write_file(name, fmt::format("{} {}\n", name, key.str()));
}

void StoreFiles::remove_leftovers() const {
  std::optional<Dir> dir = root_.open_dir_if_exists(kTemporary);
  if (!dir) return;
  for (const std::string& name : old_unfinished(*dir))
    dir->remove_file(name);
}

Fd StoreFiles::new_temporary(std::string& name) const {
  user_.enter(root_);
  std::call_once(cleaned_, [this] {
    try {
      remove_leftovers();
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): others' leftovers hinder nobody
    }
  });
  constexpr int kNameLength = 20;
  Dir temporary = root_.make_dir(kTemporary);
  name = fmt::format("{}/{}", kTemporary, random_name(kNameLength));
  return temporary.open_file(base_name(name), O_RDWR | O_CREAT | O_EXCL, 0600);
}

bool StoreFiles::place(const std::string& temporary, const SourceKey& key,
                       int64_t size_bytes) const {
  std::string place = item_place(key);
  std::string directory = item_directory(key.type());
  make_durable_dirs(root_, directory);
  std::optional<struct stat> there = root_.stat(place);
  const std::optional<ItemNote> note = read_note(root_, place);
  const bool is_damaged = is_mended(key) || (note && note->is_damaged);
  if (there && there->st_size == size_bytes && !is_damaged) return false;
  holder_of(root_, temporary).set_mode(base_name(temporary), 0444);
  // What has the name but another size is damaged; equal content by another process is as good.
  if (there)
    rename_in(root_, temporary, place);
  else if (!rename_new_in(root_, temporary, place))
    return false;
  root_.open_dir(directory).sync();
  if (is_damaged) {
    std::scoped_lock lock(mending_mutex_);
    mending_.erase(key.str());
  }
  return true;
}

void StoreFiles::note_damage(const SourceKey& key, bool is_damaged) const {
  try {
    const std::optional<struct stat> status = root_.stat(item_place(key));
    change_note(key, [&](ItemNote& note) {
      const bool is_other_size =
          status && note.size_bytes >= 0 && note.size_bytes != status->st_size;
      return std::exchange(note.is_damaged, is_damaged) != is_damaged || is_other_size;
    });
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): a store of others cannot be written
  }
}

bool StoreFiles::is_mended(const SourceKey& key) const {
  std::scoped_lock lock(mending_mutex_);
  return mending_.contains(key.str());
}

void StoreFiles::mend(const SourceKey& key, const std::function<void()>& fetch_again) const {
  auto set = [&](bool is_being_mended) {
    std::scoped_lock lock(mending_mutex_);
    if (is_being_mended)
      mending_.insert(key.str());
    else
      mending_.erase(key.str());
  };
  set(true);
  try {
    fetch_again();
  } catch (...) {
    set(false);
    throw;
  }
  set(false);
}

} // namespace hdist
