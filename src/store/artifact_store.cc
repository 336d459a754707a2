// Reading, and what is common to all of the store. Claims and publication are in attempt.cc.
#include "store/artifact_store.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "model/store_document.h"
#include "store/claims.h"
#include "store/file_system.h"
#include "store/last_use.h"
#include "store/store_roots.h"
#include "store/store_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

namespace hdist {

namespace {

constexpr int64_t kLargestRecord = 16 << 20;
constexpr std::size_t kShortestPrefix = 4;
constexpr int kAbsentLooks = 2; // in a row
constexpr int kMostLooks = 100;

Error bad_record(const std::string& file, const std::string& reason) {
  Error error(ErrorKind::failed, "store.bad-record",
              fmt::format("{} is no valid record of its artifact: {}", file, reason));
  error.advise({.text = "Move this file away and build the artifact again; without the file it "
                        "counts as absent.",
                .verb = {},
                .args = {}});
  return error;
}

/// nullopt when it is gone.
std::optional<Fd> open_record(const Dir& name_dir, const std::string& file) {
  try {
    return name_dir.open_file(file, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  } catch (const Error& error) {
    if (error.system_errno() == ENOENT) return std::nullopt;
    throw;
  }
}

ArtifactRecord parse_record(const std::string& text, const ArtifactId& id,
                            const std::string& file) {
  std::optional<ArtifactRecord> record;
  try {
    record = ArtifactRecord::parse(text, file);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::refused) throw; // of a later version
    throw bad_record(file, error.message());
  }
  if (record->id != id)
    throw bad_record(
        file, fmt::format("it is the record of {}, expected {}", record->id.str(), id.str()));
  return *record;
}

Dir open_store_directory(const std::string& path, const StoreModes& modes) {
  if (std::optional<Dir> dir = Dir::open_if_exists(path)) return std::move(*dir);
  Dir dir = Dir::create(path);
  if (::fchmod(dir.fd(), modes.shared_dir) != 0) throw_errno("fchmod", path);
  return dir;
}

} // namespace

Error foreign_directory(const Dir& directory) {
  struct stat status {};
  if (::fstat(directory.fd(), &status) != 0) throw_errno("fstat", directory.path());
  Error error(ErrorKind::refused, "store.foreign-directory",
              fmt::format("{} belongs to the user with uid {}, who is not trusted, and its owner "
                          "may replace what is in it",
                          printable(directory.path()), status.st_uid));
  error.advise({.text = fmt::format("Trust that user (the key `trust` of [builder]: {}), or use a "
                                    "store of your own.",
                                    status.st_uid),
                .verb = {},
                .args = {}});
  return error;
}

ArtifactStore::State::State(const std::string& where, StoreOptions how, Dir opened)
    : options(std::move(how)), modes(store_modes(options.group)), path(where),
      real_path(hdist::real_path(where)), dir(std::move(opened)),
      judge(options.lease, !options.shared_file_system && is_on_local_file_system(dir.fd())) {}

bool StoreOptions::trusts(unsigned uid) const {
  return uid == 0 || uid == ::geteuid() ||
         std::find(trusted_uids.begin(), trusted_uids.end(), uid) != trusted_uids.end();
}

bool ArtifactStore::State::trusts(uid_t uid) const {
  return options.trusts(uid);
}

bool ArtifactStore::State::trusts_owner_of(const Dir& directory) const {
  struct stat status {};
  if (::fstat(directory.fd(), &status) != 0) throw_errno("fstat", directory.path());
  return trusts(status.st_uid);
}

// The owner of a directory may replace whatever is in it, sticky or not.
std::optional<Dir> ArtifactStore::State::open_name_dir(const std::string& name) const {
  std::optional<Dir> name_dir = dir.open_dir_if_exists(name);
  if (name_dir && !trusts_owner_of(*name_dir)) return std::nullopt;
  return name_dir;
}

bool ArtifactStore::State::has_directory(const Dir& name_dir, const ArtifactRecord& record) const {
  std::optional<struct stat> status = name_dir.stat(record.directory);
  if (!status || !trusts(status->st_uid)) return false;
  if (S_ISDIR(status->st_mode)) return true;
  // An adopted artifact: a link into the store that really holds it.
  struct stat target {};
  return S_ISLNK(status->st_mode) && record.other_store &&
         ::fstatat(name_dir.fd(), record.directory.c_str(), &target, 0) == 0 &&
         S_ISDIR(target.st_mode);
}

std::optional<ArtifactRecord> ArtifactStore::State::read_record(const Dir& name_dir,
                                                                const ArtifactId& id) const {
  std::string file = record_name(id);
  if (!name_dir.exists(file)) return std::nullopt;
  std::optional<Fd> fd = open_record(name_dir, file);
  if (!fd) return std::nullopt;
  std::string object = join_path(name_dir.path(), file);
  struct stat status {};
  if (::fstat(fd->get(), &status) != 0) throw_errno("fstat", object);
  bool others_may_write = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  if (!S_ISREG(status.st_mode) || !trusts(status.st_uid) || others_may_write) return std::nullopt;
  return parse_record(read_all(fd->get(), kLargestRecord, object), id, object);
}

std::optional<ArtifactRecord> ArtifactStore::State::find_in(const Dir& name_dir,
                                                            const ArtifactId& id) const {
  std::optional<ArtifactRecord> record = read_record(name_dir, id);
  // Rule 7: who still needs what gc is about to remove takes it back. gc does that too, so the
  // record may always be under the name that was looked at before: absent is what is under none of
  // them more than once.
  for (int absent = 0, look = 0; !record && absent < kAbsentLooks && look < kMostLooks; ++look) {
    bool is_condemned = false;
    try {
      is_condemned = name_dir.exists(condemned_name(id));
      if (is_condemned)
        static_cast<void>(move_record(name_dir, condemned_name(id), record_name(id)));
    } catch (const Error&) { // not ours to rename: absent
      break;
    }
    record = read_record(name_dir, id);
    absent = is_condemned ? 0 : absent + 1;
  }
  if (!record || !has_directory(name_dir, *record)) return std::nullopt;
  keep_plain_name(name_dir, *record);
  return record;
}

std::optional<ArtifactRecord> ArtifactStore::State::find(const ArtifactId& id) const {
  std::optional<Dir> name_dir = open_name_dir(id.name());
  return name_dir ? find_in(*name_dir, id) : std::nullopt;
}

// A process may die between the record and this link, so whoever finds the record makes it.
void ArtifactStore::State::keep_plain_name(const Dir& name_dir,
                                           const ArtifactRecord& record) const {
  std::string plain = record.id.hash12();
  if (record.directory == plain) return;
  struct stat status {};
  if (::fstatat(name_dir.fd(), plain.c_str(), &status, 0) == 0) return;
  try {
    if (name_dir.read_link(plain)) // leads nowhere
      name_dir.replace_symlink(record.directory, plain);
    else
      name_dir.make_symlink(record.directory, plain);
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): not writable for us, or another did it
  }
}

ArtifactStore ArtifactStore::open(const std::string& path, StoreOptions options) {
  std::string text = absolute_path(path);
  try {
    // A store that was moved to such a path can still be read; claim() refuses to build there.
    std::optional<Dir> there = Dir::open_if_exists(text);
    const bool is_store = options.only_read || (there && there->exists(kStoreFile));
    if (!is_store) check_store_path(text);
    Dir dir = options.only_read ? Dir::open(text)
                                : open_store_directory(text, store_modes(options.group));
    auto state = std::make_unique<State>(text, std::move(options), std::move(dir));
    if (!state->trusts_owner_of(state->dir)) throw foreign_directory(state->dir);
    if (state->options.only_read) {
      check_store_json(state->dir.read_file(kStoreFile), join_path(text, kStoreFile),
                       StoreKind::artifacts);
      return ArtifactStore(std::move(state));
    }
    if (!is_store) check_store_path(state->real_path);
    prepare_store(state->dir, state->modes, state->options.durable);
    return ArtifactStore(std::move(state));
  } catch (Error& error) {
    if (error.system_errno() != 0) error.during("opening the artifact store " + printable(text));
    throw_from_writing(printable(text), error);
  }
}

ArtifactStore::ArtifactStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArtifactStore::ArtifactStore(ArtifactStore&&) noexcept = default;
ArtifactStore::~ArtifactStore() = default;

std::optional<ArtifactRecord> ArtifactStore::find(const ArtifactId& id) const {
  return state_->find(id);
}

std::string ArtifactStore::path_of(const ArtifactRecord& record) const {
  return fmt::format("{}/{}/{}", state_->path, record.id.name(), record.directory);
}

bool ArtifactStore::State::has_record(const ArtifactId& id) const {
  const std::optional<Dir> name_dir = open_name_dir(id.name());
  if (!name_dir) return false;
  for (const std::string& file : {record_name(id), condemned_name(id)}) {
    const std::optional<struct stat> status = name_dir->stat(file);
    if (status && S_ISREG(status->st_mode) && trusts(status->st_uid)) return true;
  }
  return false;
}

namespace {

/// The artifacts of one name whose hash starts with `prefix`; records are not read, but their
/// owners looked at.
template <typename Trusts>
void list_name(const std::optional<Dir>& dir, const std::string& name, const std::string& prefix,
               const Trusts& trusts, std::vector<ArtifactId>& ids) {
  if (!dir) return;
  for (const Entry& entry : dir->list()) {
    if (!entry.name.starts_with(prefix)) continue;
    std::optional<HashedName> parts = parse_hashed_name(entry.name);
    if (!parts || (parts->end != ".json" && parts->end != ".condemned")) continue;
    std::optional<ArtifactId> id = ArtifactId::parse(name + "/" + parts->hash32);
    if (!id || (!ids.empty() && ids.back() == *id)) continue; // it may have both names
    std::optional<struct stat> status = dir->stat(entry.name);
    if (status && S_ISREG(status->st_mode) && trusts(status->st_uid)) ids.push_back(*id);
  }
}

/// "name/prefix", or a bare name with an empty prefix.
struct CalledAs {
  std::string name, prefix;
};

CalledAs called_as(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return {text, ""};
  CalledAs called{text.substr(0, slash), text.substr(slash + 1)};
  if (is_valid_name(called.name) && called.prefix.size() < kShortestPrefix)
    throw Error(ErrorKind::usage, "store.short-prefix",
                fmt::format("\"{}\" is too short for an artifact: expected at least {} characters "
                            "after the slash, or the name alone",
                            printable(text), kShortestPrefix));
  return called;
}

} // namespace

std::vector<ArtifactId> ArtifactStore::list() const {
  std::vector<ArtifactId> ids;
  for (const Entry& entry : state_->dir.list())
    if (entry.type == EntryType::directory && is_valid_name(entry.name))
      list_name(
          state_->open_name_dir(entry.name), entry.name, "",
          [&](uid_t uid) { return state_->trusts(uid); }, ids);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<ArtifactId> ArtifactStore::match(const std::string& text) const {
  const auto [name, prefix] = called_as(text);
  if (!is_valid_name(name)) return {};
  std::vector<ArtifactId> ids;
  if (std::optional<ArtifactId> id = ArtifactId::parse(text)) { // no list of a name of any length
    if (state_->has_record(*id)) ids.push_back(*std::move(id));
    return ids;
  }
  list_name(
      state_->open_name_dir(name), name, prefix, [&](uid_t uid) { return state_->trusts(uid); },
      ids);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<ArtifactStore::Unpublished> ArtifactStore::being_built(const std::string& text) const {
  const auto [name, prefix] = called_as(text);
  const std::optional<Dir> dir = is_valid_name(name) ? state_->open_name_dir(name) : std::nullopt;
  std::vector<Unpublished> found;
  if (!dir) return found;
  for (const Entry& entry : dir->list()) {
    const std::optional<ClaimName> claim = ClaimName::parse(entry.name);
    if (!claim || claim->kind != ClaimName::Kind::build || !claim->hash32.starts_with(prefix))
      continue;
    const std::optional<struct stat> status = dir->stat(entry.name);
    if (!status || status->st_uid != ::geteuid() || !is_seen_running(*dir, entry.name)) continue;
    if (const std::optional<ArtifactId> id = ArtifactId::parse(name + "/" + claim->hash32))
      found.push_back({*id, join_path(dir->path(), attempt_directory(*id, claim->number))});
  }
  return found;
}

void ArtifactStore::State::sync_all() {
  std::lock_guard lock(sync_mutex);
  if (sync_error) throw Error(*sync_error);
  if (::syncfs(dir.fd()) == 0) return;
  if (errno == ENOSYS || errno == EINVAL) {
    ::sync(); // waits on Linux, but reports nothing
    return;
  }
  // The kernel reports lost writes once. They may be of another thread's artifact, so nobody may
  // publish after this.
  sync_error = system_error(errno, "syncfs", path);
  sync_error->during("making finished artifacts durable");
  throw Error(*sync_error);
}

void ArtifactStore::sync_content() {
  if (state_->options.durable) state_->sync_all();
}

// Each fsync of a directory may flush the disk's cache, while one syncfs just after sync_content()
// has little to write.
void ArtifactStore::sync_records(const std::vector<ArtifactId>& ids) {
  if (!state_->options.durable || ids.empty()) return;
  std::set<std::string> names;
  for (const ArtifactId& id : ids)
    names.insert(id.name());
  constexpr std::size_t kFewNames = 2;
  if (names.size() > kFewNames) return state_->sync_all();
  for (const std::string& name : names)
    state_->dir.open_dir(name).sync();
  state_->dir.sync(); // a new <name>/ too
}

void ArtifactStore::add_root(const std::string& path) {
  try {
    hdist::add_root(state_->dir, absolute_path(path), state_->options);
  } catch (Error& error) {
    throw_from_writing(state_->path, error.during("registering the root " + printable(path)));
  }
}

void ArtifactStore::remove_root(const std::string& path) {
  hdist::remove_root(state_->dir, absolute_path(path));
}

std::vector<ArtifactStore::Root> ArtifactStore::roots() const {
  return read_roots(state_->dir);
}

void ArtifactStore::hold(const std::vector<ArtifactId>& ids) {
  state_->needs.add(state_->dir, ids, state_->options);
}

std::string ArtifactStore::hold_for_process(const std::string& path) {
  return hold_path(state_->dir, absolute_path(path), state_->options, state_->judge);
}

void ArtifactStore::note_use(const ArtifactId& id) {
  // While it is condemned, finding it takes it back.
  for (int tries = 0; tries < 3; ++tries)
    if (hdist::note_use(state_->dir, id, state_->options) || !state_->find(id)) return;
}

std::optional<int64_t> ArtifactStore::last_use(const ArtifactId& id) const {
  const std::optional<Dir> name_dir = state_->open_name_dir(id.name());
  const std::optional<struct stat> status =
      name_dir ? name_dir->stat(record_name(id)) : std::nullopt;
  return status ? std::optional<int64_t>(status->st_mtim.tv_sec) : std::nullopt;
}

const std::string& ArtifactStore::path() const {
  return state_->path;
}

const std::string& ArtifactStore::real_path() const {
  return state_->real_path;
}

} // namespace hdist
