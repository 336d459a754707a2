// Claiming and publishing. Who may build is decided by claims; that at most one record appears is
// decided by its exclusive name alone, so a claim that was judged wrongly costs a build done twice,
// never a broken artifact.
//
// An attempt takes the first number above every claim and directory of its hash12. So claim n and
// directory n belong together without being told by any file, and a directory whose writer is not
// proven dead is never used again.
#include "store/artifact_store.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "store/store_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <thread>

namespace hdist {

namespace {

using std::chrono::milliseconds;

constexpr int kClaimTries = 1000; // each is lost to another process that got on
constexpr int kYieldLooks = 40;
constexpr milliseconds kYieldPause{5};
constexpr milliseconds kShortestWait{2};
constexpr milliseconds kLongestWait{100};

/// False when the stop came first.
bool sleep_unless(const std::stop_token& stop, milliseconds time) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

} // namespace

// Attempt

/// Whether a record names the directory, whatever the calls said that should have published it.
/// Throws when that cannot be told.
bool Attempt::State::is_named() const {
  for (const std::string& file : {record_name(id), condemned_name(id), removed_name(id)}) {
    const std::optional<std::string> text = name_dir.read_file_if_exists(file);
    if (text && ArtifactRecord::parse(*text, file).directory == directory) return true;
  }
  if (!prepared.empty() && !name_dir.exists(unpublished_record(id, number)))
    throw Error(ErrorKind::failed, "store.lost-record",
                fmt::format("{} has gone, and no record names {}", unpublished_record(id, number),
                            directory));
  return false;
}

void Attempt::State::remove_dead_claims() const noexcept {
  try {
    for (const DeadClaim& one : dead)
      remove_claim(name_dir, ClaimName{.hash32 = id.hash32(), .number = one.number}.str(),
                   one.token);
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): gc does it
  }
}

Attempt::State::~State() {
  if (published) return; // the lease goes with it
  if (is_left) {
    lease.abandon();
    return;
  }
  try {
    if (!directory.empty() && is_named()) return;
    if (!prepared.empty()) name_dir.remove_file(unpublished_record(id, number));
    if (!directory.empty()) name_dir.remove_tree(directory);
  } catch (...) {
    // Something may still write there, or a record name it: the number stays taken.
    lease.abandon();
  }
}

Attempt::Attempt(std::unique_ptr<State> state) : state_(std::move(state)) {}
Attempt::Attempt(Attempt&&) noexcept = default;
Attempt& Attempt::operator=(Attempt&&) noexcept = default;
Attempt::~Attempt() = default;

void Attempt::leave() {
  state_->is_left = true;
}

const ArtifactId& Attempt::id() const {
  return state_->id;
}
int Attempt::number() const {
  return state_->number;
}
const std::string& Attempt::directory() const {
  return state_->directory;
}
const std::string& Attempt::path() const {
  return state_->path;
}
const std::string& Attempt::token() const {
  return state_->lease.token();
}
std::chrono::steady_clock::time_point Attempt::claimed_at() const {
  return state_->claimed_at;
}

// Claiming

ArtifactStore::State::Survey ArtifactStore::State::survey(const Dir& name_dir, const ArtifactId& id,
                                                          int own_number) {
  Neighbours around = look_around(name_dir, id);
  Survey result{.highest = around.highest, .shared_hash = around.shared_hash, .live = {}};
  for (int number : around.claims) {
    if (number == own_number) continue;
    std::string file = ClaimName{.hash32 = id.hash32(), .number = number}.str();
    std::optional<struct stat> status = name_dir.stat(file);
    if (!status || !trusts(status->st_uid))
      continue; // what others own is as absent; the number counts
    Judgement judged = judge.judge(name_dir, file);
    // unknown: given up by a living process. Nobody need wait; what it may still write to stays for
    // ever.
    if (!judged.there || judged.liveness == Liveness::unknown) continue;
    if (judged.liveness == Liveness::dead) {
      std::string token = judged.holder ? judged.holder->token : "";
      result.dead.push_back({.number = number, .token = token, .proven = judged.proven_dead});
    } else if (!result.live) {
      result.live = Busy{.claim = file, .holder = judged.holder};
      result.live_number = number;
    }
  }
  return result;
}

/// Two may have taken different numbers at once. The higher one gives way. The lower one waits for
/// that; when it does not happen, the other had looked before our claim was there, and builds.
std::optional<Busy> ArtifactStore::State::yield_to_others(const Dir& name_dir, const ArtifactId& id,
                                                          int own_number) {
  for (int look = 0;; ++look) {
    Survey seen = survey(name_dir, id, own_number);
    if (!seen.live) return std::nullopt;
    if (seen.live_number < own_number || look == kYieldLooks) return seen.live;
    std::this_thread::sleep_for(kYieldPause);
  }
}

/// The record's name is taken by somebody who is not trusted: say so before the work, not after it.
void ArtifactStore::State::refuse_foreign_record(const Dir& name_dir, const ArtifactId& id) const {
  std::optional<struct stat> status = name_dir.stat(record_name(id));
  if (!status || trusts(status->st_uid)) return;
  Error error(ErrorKind::refused, "store.foreign-record",
              fmt::format("{} belongs to the user with uid {}, who is not trusted, so it is not "
                          "used; but it is in the way of building {}",
                          join_path(name_dir.path(), record_name(id)), status->st_uid, id.str()));
  error.advise(
      {.text = "Trust that user (the key `trust` of [builder]), have the file removed, or use a "
               "store of your own.",
       .verb = {},
       .args = {}});
  throw error;
}

/// True when no record has the name, or one was removed whose directory is gone. False: a usable
/// one is there.
bool ArtifactStore::State::remove_stale_record(const Dir& name_dir, const ArtifactId& id,
                                               int number) const {
  if (find_in(name_dir, id)) return false;
  if (!name_dir.exists(record_name(id))) return true;
  // Moved before it is judged: only what we hold under a name of our own cannot be replaced
  // meanwhile.
  std::string stale = fmt::format("{}.stale.{}", id.hash32(), number);
  try {
    if (!name_dir.rename_new(record_name(id), stale)) name_dir.remove_file(stale);
  } catch (const Error& error) {
    if (error.system_errno() != ENOENT) throw;
  }
  std::optional<std::string> text = name_dir.read_file_if_exists(stale);
  if (!text) return true;
  if (has_directory(name_dir, ArtifactRecord::parse(*text, stale))) // no longer the one we saw
    return !name_dir.rename_new(stale, record_name(id));
  name_dir.remove_file(stale);
  return true;
}

/// With the claim held: clears what proven dead attempts left, and makes the directory. nullptr:
/// the number is not free after all.
std::unique_ptr<Attempt::State> ArtifactStore::State::start(const Dir& name_dir,
                                                            const ArtifactId& id, Lease lease,
                                                            const Survey& seen) {
  auto attempt = std::make_unique<Attempt::State>(id, name_dir.duplicate(), std::move(lease));
  for (const DeadClaim& dead : seen.dead) {
    if (!dead.proven || seen.shared_hash) {
      attempt->dead.push_back(dead);
      continue;
    }
    name_dir.remove_file(unpublished_record(id, dead.number));
    name_dir.remove_tree(attempt_directory(id, dead.number));
    remove_claim(name_dir, ClaimName{.hash32 = id.hash32(), .number = dead.number}.str(),
                 dead.token);
  }
  attempt->number = ClaimName::parse(attempt->lease.name())->number;
  // A record without its directory must go first: it would make the half-built one an artifact.
  if (!remove_stale_record(name_dir, id, attempt->number)) return nullptr;
  std::string directory = attempt_directory(id, attempt->number);
  if (!name_dir.make_new_dir(directory, 0755)) return nullptr;
  attempt->directory = directory;
  attempt->path = fmt::format("{}/{}/{}", path, id.name(), directory);
  if (!attempt->lease.still_ours()) return nullptr; // we slept so long that we were taken for dead
  return attempt;
}

Claimed ArtifactStore::State::claim(const ArtifactId& id) {
  if (std::optional<ArtifactRecord> record = find(id)) return *record;
  Dir name_dir = dir.make_dir(id.name(), modes.shared_dir);
  if (!trusts_owner_of(name_dir)) throw foreign_directory(name_dir);
  refuse_foreign_record(name_dir, id);
  for (int attempt = 0; attempt < kClaimTries; ++attempt) {
    Survey seen = survey(name_dir, id, 0);
    if (seen.live) return *seen.live;
    if (seen.highest >= kHighestAttempt) break;
    ClaimName name{.hash32 = id.hash32(), .number = seen.highest + 1};
    std::optional<Lease> lease = Lease::try_take(name_dir, name.str(), options.lease);
    if (!lease) continue;
    // Who was dead in `seen` and had published, did so before this look.
    if (std::optional<ArtifactRecord> record = find_in(name_dir, id)) return *record;
    if (std::optional<Busy> busy = yield_to_others(name_dir, id, name.number)) return *busy;
    if (auto state = start(name_dir, id, std::move(*lease), seen)) return Attempt(std::move(state));
  }
  throw Error(ErrorKind::failed, "store.no-claim",
              fmt::format("no attempt to build {} could be claimed in {}: every number tried was "
                          "taken by another",
                          id.str(), name_dir.path()));
}

Claimed ArtifactStore::claim(const ArtifactId& id) {
  try {
    check_store_path(state_->path);
    check_store_path(state_->real_path);
    return state_->claim(id);
  } catch (Error& error) {
    if (error.system_errno() != 0) error.during("claiming " + id.short_text());
    throw_from_writing(state_->path, error);
  }
}

Claimed ArtifactStore::claim_or_wait(const ArtifactId& id,
                                     const std::function<void(const Busy&)>& waiting,
                                     const std::stop_token& stop) {
  std::optional<std::string> announced;
  for (milliseconds pause = kShortestWait;; pause = std::min(pause * 2, kLongestWait)) {
    Claimed claimed = claim(id);
    const Busy* busy = std::get_if<Busy>(&claimed);
    if (busy == nullptr) return claimed;
    std::string holder = busy->claim + " " + (busy->holder ? busy->holder->token : "");
    if (announced != holder && waiting) waiting(*busy);
    announced = holder;
    if (!sleep_unless(stop, pause)) return claimed;
  }
}

// Publishing

void ArtifactStore::prepare(Attempt& attempt, const ArtifactRecord& record) {
  Attempt::State& state = *attempt.state_;
  if (record.id != state.id || record.directory != state.directory || state.is_scratch)
    throw Error(
        ErrorKind::usage, "store.wrong-record",
        fmt::format("the record of {} in {} does not belong to the attempt to build {} in {}",
                    record.id.str(), record.directory, state.id.str(), state.directory));
  std::string text = record.text();
  state.name_dir.write_file(unpublished_record(state.id, state.number), text, {.mode = 0444});
  state.prepared = std::move(text);
}

bool ArtifactStore::State::link_record(Attempt::State& attempt,
                                       const ArtifactRecord& record) const {
  constexpr int kTries = 10;
  for (int i = 0; i < kTries; ++i) {
    if (attempt.name_dir.rename_new(unpublished_record(record.id, attempt.number),
                                    record_name(record.id)))
      return true;
    refuse_foreign_record(attempt.name_dir, record.id);
    const std::optional<ArtifactRecord> visible = find_in(attempt.name_dir, record.id);
    if (visible && visible->directory == record.directory) return true; // ours, whatever was said
    if (!remove_stale_record(attempt.name_dir, record.id, attempt.number)) return false;
  }
  throw Error(ErrorKind::failed, "store.not-published",
              fmt::format("{} could not be published: {} comes back whenever it is removed",
                          record.id.str(),
                          join_path(attempt.name_dir.path(), record_name(record.id))));
}

bool ArtifactStore::publish(Attempt attempt, const ArtifactRecord& record) {
  Attempt::State& state = *attempt.state_;
  try {
    if (state.instead) {
      const bool stays = state.instead(attempt, record);
      if (stays) state.name_dir.remove_file(unpublished_record(state.id, state.number));
      state.published = stays;
      return true;
    }
    if (state.prepared != record.text()) {
      prepare(attempt, record);
      if (state_->options.durable)
        state.name_dir.write_file(unpublished_record(state.id, state.number), state.prepared,
                                  {.mode = 0444, .durable = true});
    }
    if (!state_->link_record(state, record)) return false;
    state.published = true;
    state_->keep_plain_name(state.name_dir, record);
    state.remove_dead_claims();
    return true;
  } catch (Error& error) {
    if (error.system_errno() != 0) error.during("publishing " + state.id.short_text());
    throw_from_writing(state_->path, error);
  }
}

} // namespace hdist
