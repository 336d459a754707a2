#include "store/gc_records.h"

#include "base/error.h"
#include "base/path.h"
#include "store/condemned.h"

#include <fmt/format.h>

#include <algorithm>

namespace hdist {

namespace {

constexpr std::size_t kHash32 = 32;
constexpr int64_t kLargestRecord = 16 << 20;

void list_records_of(const GcStore& store, const std::string& name,
                     std::map<ArtifactId, GcRecord>& records) {
  std::optional<Dir> dir = store.open_name(name);
  if (!dir) return;
  for (const Entry& entry : dir->list()) {
    std::optional<HashedName> parts = parse_hashed_name(entry.name);
    if (!parts || (parts->end != ".json" && parts->end != ".condemned")) continue;
    std::optional<ArtifactId> id = ArtifactId::parse(name + "/" + parts->hash32);
    std::optional<struct stat> status = dir->stat(entry.name);
    if (!id || !status || !S_ISREG(status->st_mode) || !store.trusts(status->st_uid)) continue;
    GcRecord record{.condemned = parts->end == ".condemned",
                    .last_use_s = static_cast<int64_t>(status->st_mtim.tv_sec)};
    auto [found, is_new] = records.try_emplace(*id, record);
    if (!is_new && !record.condemned) found->second = record; // it has both names: the living one
  }
}

} // namespace

std::optional<Dir> GcStore::open_name(const std::string& name) const {
  std::optional<Dir> found = dir.open_dir_if_exists(name);
  struct stat status {};
  if (found && ::fstat(found->fd(), &status) != 0) throw_errno("fstat", found->path());
  return found && trusts(status.st_uid) ? std::move(found) : std::nullopt;
}

std::optional<HashedName> parse_hashed_name(const std::string& file) {
  if (file.size() <= kHash32 || file[kHash32] != '.') return std::nullopt;
  auto is_base32 = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); };
  if (!std::all_of(file.begin(), file.begin() + kHash32, is_base32)) return std::nullopt;
  return HashedName{.hash32 = file.substr(0, kHash32), .end = file.substr(kHash32)};
}

std::vector<std::string> artifact_names(const Dir& store) {
  std::vector<std::string> names;
  for (Entry& entry : store.list())
    if (entry.type == EntryType::directory && is_valid_name(entry.name))
      names.push_back(std::move(entry.name));
  return names;
}

std::map<ArtifactId, GcRecord> list_records(const GcStore& store) {
  std::map<ArtifactId, GcRecord> records;
  for (const std::string& name : artifact_names(store.dir))
    list_records_of(store, name, records);
  return records;
}

std::optional<ArtifactRecord> read_any_record(const Dir& name_dir, const ArtifactId& id) {
  // It may go from one name to the other and back between two looks.
  for (const std::string& file : {record_name(id), condemned_name(id), record_name(id)}) {
    std::optional<std::string> text = name_dir.read_file_if_exists(file, kLargestRecord);
    if (!text) continue;
    std::string path = join_path(name_dir.path(), file);
    ArtifactRecord record = ArtifactRecord::parse(*text, path);
    if (record.id == id) return record;
    throw Error(
        ErrorKind::failed, "store.bad-record",
        fmt::format("{} is the record of {}, expected {}", path, record.id.str(), id.str()));
  }
  return std::nullopt;
}

} // namespace hdist
