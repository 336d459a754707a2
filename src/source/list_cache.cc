#include "source/list_cache.h"

#include "base/error.h"
#include "base/path.h"
#include "data/digest.h"
#include "source/store_holder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ctime>

namespace hdist {

namespace {

constexpr const char* kLists = "lists";
constexpr std::string_view kHead = "hdist-list 2 "; // and the digest of what is below this line
constexpr int64_t kMostBytes = int64_t{1} << 30;
constexpr std::size_t kWorthWriting = 1000; // items: so many are looked at in some milliseconds

std::string file_name() {
  return fmt::format("{}/{}", kLists, ::geteuid());
}

std::string_view take_word(std::string_view& line) {
  const std::size_t blank = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, blank);
  line.remove_prefix(std::min(blank + 1, line.size()));
  return word;
}

template <typename Number> bool take_number(std::string_view& line, Number& number) {
  const std::string_view word = take_word(line);
  const char* end = word.data() + word.size();
  const auto [at, problem] = std::from_chars(word.data(), end, number);
  return !word.empty() && problem == std::errc() && at == end;
}

std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

bool take_item(std::string_view& text, ListedItem& item) {
  std::optional<std::string_view> line = take_line(text);
  if (!line) return false;
  item.digest = take_word(*line);
  std::size_t note_bytes = 0;
  if (!take_number(*line, item.size_bytes) || !take_number(*line, item.written_s) ||
      !take_number(*line, item.owner) || !take_number(*line, item.note_inode) ||
      !take_number(*line, item.note_changed_s) || !take_number(*line, item.note_changed_ns) ||
      !take_number(*line, note_bytes) || !line->empty() || note_bytes > text.size())
    return false;
  item.note = text.substr(0, note_bytes);
  text.remove_prefix(note_bytes);
  return true;
}

bool is_before(const ListedItem& item, std::string_view digest) {
  return item.digest < digest;
}

} // namespace

bool ListedItem::has_note_in(const struct stat& status) const {
  return note_inode == status.st_ino && note_changed_s == status.st_ctim.tv_sec &&
         note_changed_ns == status.st_ctim.tv_nsec &&
         note.size() == static_cast<std::size_t>(status.st_size);
}

const ListedItem* ListedDirectory::find(std::string_view digest) const {
  const auto found = std::lower_bound(items.begin(), items.end(), digest, is_before);
  return found == items.end() || found->digest != digest ? nullptr : &*found;
}

ListCache::ListCache(const Dir& store) : store_(store.duplicate()) {
  try {
    load();
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): then all is looked at
  }
}

void ListCache::load() {
  if (!store_.exists(file_name())) return;
  const Fd file = store_.open_file(file_name(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      status.st_uid != ::geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return;
  bytes_ = read_all(file.get(), kMostBytes, join_path(store_.path(), file_name()));
  if (!parse(bytes_)) directories_.clear();
}

bool ListCache::parse(std::string_view text) {
  if (!text.starts_with(kHead)) return false;
  text.remove_prefix(kHead.size());
  const std::string_view digest = take_line(text).value_or("");
  if (digest != sha256(text).base32()) return false;
  while (std::optional<std::string_view> line = take_line(text)) {
    ListedDirectory& directory = directories_[std::string(take_word(*line))];
    std::size_t count = 0;
    if (!take_number(*line, directory.inode) || !take_number(*line, directory.changed_s) ||
        !take_number(*line, directory.changed_ns) || !take_number(*line, count) || !line->empty() ||
        count > text.size())
      return false;
    directory.items.resize(count);
    std::string_view before;
    for (ListedItem& item : directory.items) {
      if (!take_item(text, item) || item.digest <= before) return false;
      before = item.digest;
    }
  }
  return text.empty();
}

const ListedDirectory& ListCache::last(SourceType type) const {
  static const ListedDirectory nothing;
  const auto found = directories_.find(source_type_text(type));
  return found == directories_.end() ? nothing : found->second;
}

ListedDirectory ListCache::look(const Dir& directory) {
  struct stat status {};
  if (::fstat(directory.fd(), &status) != 0) throw_errno("fstat", directory.path());
  // What changed a moment ago may change again in the same tick of the clock.
  if (status.st_ctim.tv_sec + kSettledSeconds >= std::time(nullptr)) return {};
  return {.inode = status.st_ino,
          .changed_s = status.st_ctim.tv_sec,
          .changed_ns = status.st_ctim.tv_nsec,
          .items = {}};
}

const ListedDirectory* ListCache::unchanged(SourceType type, const Dir& directory) const {
  const ListedDirectory& then = last(type);
  const ListedDirectory now = look(directory);
  const bool is_same = then.inode != 0 && then.inode == now.inode &&
                       then.changed_s == now.changed_s && then.changed_ns == now.changed_ns;
  return is_same ? &then : nullptr;
}

void ListCache::replace(SourceType type, ListedDirectory found) {
  replaced_ += found.items.size();
  directories_[std::string(source_type_text(type))] = std::move(found);
}

void ListCache::save() noexcept {
  if (replaced_ < kWorthWriting) return;
  try {
    std::string text;
    for (const auto& [type, directory] : directories_) {
      fmt::format_to(std::back_inserter(text), "{} {} {} {} {}\n", type, directory.inode,
                     directory.changed_s, directory.changed_ns, directory.items.size());
      for (const ListedItem& item : directory.items)
        fmt::format_to(std::back_inserter(text), "{} {} {} {} {} {} {} {}\n{}", item.digest,
                       item.size_bytes, item.written_s, item.owner, item.note_inode,
                       item.note_changed_s, item.note_changed_ns, item.note.size(), item.note);
    }
    constexpr mode_t kOwn = 0600;
    store_.make_dir(kLists);
    text.insert(0, fmt::format("{}{}\n", kHead, sha256(text).base32()));
    holder_of(store_, file_name()).write_file(std::to_string(::geteuid()), text, {.mode = kOwn});
  } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): a store of others, or full
  }
}

} // namespace hdist
