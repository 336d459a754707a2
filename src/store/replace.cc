// An artifact is built once more beside itself and takes its own place. The steps: the new record
// gets the name of the old one, in one rename; from then on the new directory is the artifact. Then
// the old directory and a link to the new one change places, in one step, since profiles and other
// artifacts name the old path. A kill between the two leaves the old directory under its name: the
// artifact is whole, and replaced_trees() finds what is left to do.
#include "store/artifact_store.h"

#include "base/error.h"
#include "base/names.h"
#include "base/path.h"
#include "base/text.h"
#include "data/json.h"
#include "model/build_spec.h"
#include "store/store_state.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <set>

namespace hdist {

namespace {

constexpr const char* kTrash = ".trash-";
constexpr const char* kCompared = "_hashdist/compared"; // in a tree that never was the artifact
constexpr int kClaimTries = 1000;

/// Whether the directory holds a finished tree of the artifact that was not only made to compare.
bool is_tree_of(const Dir& name_dir, const std::string& directory, const ArtifactId& id) {
  try {
    if (name_dir.exists(join_path(directory, kCompared))) return false;
    const std::string file = directory + "/_hashdist/build.json";
    const std::optional<std::string> text = name_dir.read_file_if_exists(file);
    return text && artifact_id_of(read_json(file, *text).root) == id;
  } catch (const Error&) {
    return false;
  }
}

} // namespace

/// With the right to build held, so that nobody replaces the artifact meanwhile: what repairs and
/// comparisons left that were killed. The directory that the record names stays, only its claim
/// goes: else it would look like such an attempt as soon as it is replaced.
void ArtifactStore::State::clear_dead(const Dir& name_dir, const ArtifactId& id, int own_number) {
  const Survey seen = survey(name_dir, id, own_number);
  if (seen.dead.empty() || seen.shared_hash) return;
  std::optional<ArtifactRecord> record;
  try {
    record = find_in(name_dir, id);
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): damaged; any of them may be its tree
  }
  if (!record) return;
  for (const DeadClaim& dead : seen.dead) {
    const std::string directory = attempt_directory(id, dead.number);
    const std::string claim = ClaimName{.hash32 = id.hash32(), .number = dead.number}.str();
    if (directory == record->directory) {
      remove_claim(name_dir, claim, dead.token);
      continue;
    }
    const std::optional<struct stat> status = name_dir.stat(directory);
    if (!dead.proven || (status && !S_ISDIR(status->st_mode))) continue;
    name_dir.remove_file(unpublished_record(id, dead.number));
    if (status) name_dir.remove_tree(directory);
    remove_claim(name_dir, claim, dead.token);
  }
}

std::variant<std::unique_ptr<Attempt::State>, Busy>
ArtifactStore::State::take_beside(const Dir& name_dir, const ArtifactId& id) {
  if (!trusts_owner_of(name_dir)) throw foreign_directory(name_dir);
  for (int tries = 0; tries < kClaimTries; ++tries) {
    const Survey seen = survey(name_dir, id, 0);
    if (seen.live) return *seen.live;
    if (seen.highest >= kHighestAttempt) break;
    const ClaimName name{.hash32 = id.hash32(), .number = seen.highest + 1};
    std::optional<Lease> lease = Lease::try_take(name_dir, name.str(), options.lease);
    if (!lease) continue;
    if (std::optional<Busy> busy = yield_to_others(name_dir, id, name.number)) return *busy;
    clear_dead(name_dir, id, name.number);
    auto attempt = std::make_unique<Attempt::State>(id, name_dir.duplicate(), *std::move(lease));
    attempt->number = name.number;
    if (attempt->lease.still_ours()) return attempt;
  }
  throw Error(ErrorKind::failed, "store.no-claim",
              fmt::format("no attempt to build {} once more could be claimed in {}", id.str(),
                          name_dir.path()));
}

std::variant<Attempt, Busy> ArtifactStore::State::claim_beside(const ArtifactId& id) {
  const Dir name_dir = dir.make_dir(id.name(), modes.shared_dir);
  for (int tries = 0; tries < kClaimTries; ++tries) {
    std::variant<std::unique_ptr<Attempt::State>, Busy> taken = take_beside(name_dir, id);
    if (const Busy* busy = std::get_if<Busy>(&taken)) return *busy;
    auto attempt = std::get<std::unique_ptr<Attempt::State>>(std::move(taken));
    const std::string directory = attempt_directory(id, attempt->number);
    if (!name_dir.make_new_dir(directory, 0755)) continue;
    attempt->directory = directory;
    attempt->path = fmt::format("{}/{}/{}", path, id.name(), directory);
    if (attempt->lease.still_ours()) return Attempt(std::move(attempt));
  }
  throw Error(ErrorKind::failed, "store.no-claim",
              fmt::format("no directory to build {} once more could be made in {}", id.str(),
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
  state_->finish_replacement(mine.name_dir, record);
}

void ArtifactStore::keep_compared(const Attempt& attempt) {
  Dir::open(attempt.path()).write_file(kCompared, "", {.mode = 0444});
}

std::vector<std::string> ArtifactStore::State::replaced_trees(const Dir& name_dir,
                                                              const ArtifactRecord& record) const {
  std::vector<std::string> found;
  const std::string plain = record.id.hash12();
  if (record.directory == plain || record.other_store) return found;
  const std::vector<Entry> entries = name_dir.list();
  std::set<int> claimed; // for whatever: of a directory that somebody works in
  for (const Entry& entry : entries)
    if (std::optional<ClaimName> claim = ClaimName::parse(entry.name))
      if (claim->hash32.starts_with(plain)) claimed.insert(claim->number);
  for (const Entry& entry : entries) {
    const std::optional<int> number = attempt_number(entry.name, plain);
    if (!number || entry.type != EntryType::directory || entry.name == record.directory) continue;
    if (!claimed.contains(*number) && is_tree_of(name_dir, entry.name, record.id))
      found.push_back(entry.name);
  }
  return found;
}

/// By number, the highest first: links that lead to the artifact by way of another one.
std::vector<std::string> ArtifactStore::State::roundabout(const Dir& name_dir,
                                                          const ArtifactRecord& record) const {
  std::map<int, std::string, std::greater<>> links;
  for (const Entry& entry : name_dir.list())
    if (const std::optional<int> number = attempt_number(entry.name, record.id.hash12()))
      if (entry.type == EntryType::symlink && name_dir.read_link(entry.name) != record.directory)
        links.emplace(*number, entry.name);
  std::vector<std::string> names;
  names.reserve(links.size());
  for (const auto& [number, name] : links)
    names.push_back(name);
  return names;
}

void ArtifactStore::State::finish_replacement(const Dir& name_dir,
                                              const ArtifactRecord& record) const {
  if (record.other_store) return;
  for (const std::string& directory : replaced_trees(name_dir, record))
    lead_to(name_dir, directory, record.directory);
  keep_plain_name(name_dir, record);
  // A chain of links would grow by one with each replacement, and the kernel follows forty.
  struct stat here {};
  if (::fstatat(name_dir.fd(), record.directory.c_str(), &here, 0) != 0) return;
  for (const std::string& name : roundabout(name_dir, record)) {
    struct stat there {};
    if (::fstatat(name_dir.fd(), name.c_str(), &there, 0) == 0 && same_file(here, there))
      name_dir.replace_symlink(record.directory, name);
  }
}

std::vector<std::string> ArtifactStore::replaced_trees(const ArtifactRecord& record) const {
  const std::optional<Dir> name_dir = state_->open_name_dir(record.id.name());
  if (!name_dir) return {};
  return state_->replaced_trees(*name_dir, record);
}

std::optional<Busy> ArtifactStore::finish_replacement(const ArtifactId& id) {
  try {
    const std::optional<Dir> name_dir = state_->open_name_dir(id.name());
    if (!name_dir) return std::nullopt;
    std::variant<std::unique_ptr<Attempt::State>, Busy> taken = state_->take_beside(*name_dir, id);
    if (const Busy* busy = std::get_if<Busy>(&taken)) return *busy;
    // Read under the claim: nobody replaces it from here on.
    if (std::optional<ArtifactRecord> record = state_->find_in(*name_dir, id))
      state_->finish_replacement(*name_dir, *record);
    return std::nullopt;
  } catch (Error& error) {
    if (error.system_errno() != 0) error.during("ending the replacement of " + id.short_text());
    throw_from_writing(state_->path, error);
  }
}

} // namespace hdist
