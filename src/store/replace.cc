// An artifact is built once more beside itself and takes its own place. The steps: the new record
// gets the name of the old one, in one rename; from then on the new directory is the artifact. Then
// the old directory and a link to the new one change places, in one step, since profiles and other
// artifacts name the old path. A kill between the two leaves the old directory under its name: the
// artifact is whole, and replaced_trees() finds what is left to do.
#include "store/artifact_store.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "data/json.h"
#include "model/build_spec.h"
#include "store/store_state.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <optional>

namespace hdist {

namespace {

constexpr const char* kTrash = ".trash-";
constexpr int kClaimTries = 1000;

/// Whether the directory holds a finished tree of the artifact.
bool is_tree_of(const Dir& name_dir, const std::string& directory, const ArtifactId& id) {
  try {
    const std::string file = directory + "/_hashdist/build.json";
    const std::optional<std::string> text = name_dir.read_file_if_exists(file);
    return text && artifact_id_of(read_json(file, *text).root) == id;
  } catch (const Error&) {
    return false;
  }
}

} // namespace

std::variant<Attempt, Busy> ArtifactStore::State::claim_beside(const ArtifactId& id) {
  const Dir name_dir = dir.make_dir(id.name(), modes.shared_dir);
  if (!trusts_owner_of(name_dir)) throw foreign_directory(name_dir);
  for (int tries = 0; tries < kClaimTries; ++tries) {
    const Survey seen = survey(name_dir, id, 0);
    if (seen.live) return *seen.live;
    if (seen.highest >= kHighestAttempt) break;
    const ClaimName name{.hash32 = id.hash32(), .number = seen.highest + 1};
    std::optional<Lease> lease = Lease::try_take(name_dir, name.str(), options.lease);
    if (!lease) continue;
    if (std::optional<Busy> busy = yield_to_others(name_dir, id, name.number)) return *busy;
    // What dead attempts left stays: it may be the artifact.
    auto attempt = std::make_unique<Attempt::State>(id, name_dir.duplicate(), *std::move(lease));
    attempt->number = name.number;
    const std::string directory = attempt_directory(id, name.number);
    if (!name_dir.make_new_dir(directory, 0755)) continue;
    attempt->directory = directory;
    attempt->path = fmt::format("{}/{}/{}", path, id.name(), directory);
    if (attempt->lease.still_ours()) return Attempt(std::move(attempt));
  }
  throw Error(ErrorKind::failed, "store.no-claim",
              fmt::format("no attempt to build {} once more could be claimed in {}", id.str(),
                          name_dir.path()));
}

std::variant<Attempt, Busy> ArtifactStore::claim_beside(const ArtifactId& id, Instead instead) {
  try {
    check_store_path(state_->path);
    check_store_path(state_->real_path);
    std::variant<Attempt, Busy> claimed = state_->claim_beside(id);
    if (Attempt* attempt = std::get_if<Attempt>(&claimed))
      attempt->state_->instead = std::move(instead);
    return claimed;
  } catch (Error& error) {
    if (error.system_errno() != 0) error.during("claiming " + id.short_text());
    throw_from_writing(state_->path, error);
  }
}

void ArtifactStore::State::lead_to(const Dir& name_dir, const std::string& name,
                                   const std::string& target) const {
  const std::optional<struct stat> status = name_dir.stat(name);
  if (!status || S_ISLNK(status->st_mode)) return name_dir.replace_symlink(target, name);
  const std::string aside = kTrash + random_name(16);
  name_dir.make_symlink(target, aside);
  if (::renameat2(name_dir.fd(), aside.c_str(), name_dir.fd(), name.c_str(), RENAME_EXCHANGE) !=
      0) {
    const int error = errno;
    name_dir.remove_file(aside);
    throw system_error(error, "renameat2", join_path(name_dir.path(), name));
  }
  name_dir.remove_tree(aside);
}

void ArtifactStore::replace(const Attempt& attempt, const ArtifactRecord& record) {
  Attempt::State& mine = *attempt.state_;
  std::optional<ArtifactRecord> old;
  try {
    old = state_->find_in(mine.name_dir, record.id);
  } catch (
      const Error&) { // NOLINT(bugprone-empty-catch): damaged; the tree is found by its content
  }
  if (mine.prepared != record.text())
    throw Error(ErrorKind::usage, "store.wrong-record",
                "the record of " + record.id.str() + " was not prepared");
  mine.name_dir.rename(unpublished_record(mine.id, mine.number), record_name(mine.id));
  mine.published = true; // whatever happens now: the record names it
  // Before the old tree goes: no power cut may leave a record of what is half removed.
  if (state_->options.durable) mine.name_dir.sync();
  if (old && old->directory != record.directory)
    state_->lead_to(mine.name_dir, old->directory, record.directory);
  finish_replacement(record);
}

std::vector<std::string> ArtifactStore::replaced_trees(const ArtifactRecord& record) const {
  std::vector<std::string> found;
  const std::string plain = record.id.hash12();
  const std::optional<Dir> name_dir = state_->open_name_dir(record.id.name());
  if (!name_dir || record.directory == plain || record.other_store) return found;
  for (const Entry& entry : name_dir->list()) {
    const std::optional<int> number = attempt_number(entry.name, plain);
    if (!number || entry.type != EntryType::directory || entry.name == record.directory) continue;
    const std::string claim = ClaimName{.hash32 = record.id.hash32(), .number = *number}.str();
    if (!name_dir->exists(claim) && is_tree_of(*name_dir, entry.name, record.id))
      found.push_back(entry.name);
  }
  return found;
}

void ArtifactStore::finish_replacement(const ArtifactRecord& record) {
  const std::optional<Dir> name_dir = state_->open_name_dir(record.id.name());
  for (const std::string& directory : replaced_trees(record))
    state_->lead_to(*name_dir, directory, record.directory);
  if (name_dir) state_->keep_plain_name(*name_dir, record);
}

} // namespace hdist
