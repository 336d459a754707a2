#include "ops/verify_op.h"

#include "base/parallel.h"
#include "base/path.h"
#include "base/text.h"
#include "build/kept_build.h"
#include "data/json.h"
#include "ops/operation_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

namespace hdist {

namespace {

constexpr const char* kSpec = "_hashdist/build.json";
constexpr int kMostLooks = 10; // each is lost to a process that replaced it
constexpr std::chrono::milliseconds kPause{50};

struct Verified {
  DamagedArtifact found;
  std::optional<ArtifactRecord> record;
  VerifyResult result;
};

/// What is wrong before any file is looked at.
Verified as_damaged(const ArtifactId& id, Damage::Kind kind, std::string detail) {
  Verified verified{
      .found = {.id = id, .path = {}, .damage = {}, .problem = {}}, .record = {}, .result = {}};
  verified.found.damage.push_back({.kind = kind, .path = ".", .detail = std::move(detail)});
  return verified;
}

Verified verify_now(Session& session, const ArtifactId& id, const VerifyOptions& options) {
  ArtifactStore& store = session.artifacts();
  try {
    std::optional<ArtifactRecord> record = store.find(id);
    if (!record) return as_damaged(id, Damage::Kind::missing, "its directory is not there");
    const std::string path = store.path_of(*record);
    Verified verified{.found = {.id = id, .path = path, .damage = {}, .problem = {}},
                      .record = std::move(record),
                      .result = {}};
    verified.result = verify_artifact(Dir::open(verified.found.path), *verified.record, options);
    verified.found.damage = std::move(verified.result.damage);
    for (const std::string& tree : store.replaced_trees(*verified.record))
      verified.found.damage.push_back(
          {.kind = Damage::Kind::added,
           .path = "../" + tree,
           .detail = "a former tree of it, which others may still use"});
    return verified;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    return as_damaged(id, Damage::Kind::unreadable, error.message());
  }
}

/// Nothing is held meanwhile, so damage is looked at twice: what was removed by then is none, and
/// what was replaced is another tree.
Verified verify_one(Session& session, const ArtifactId& id, const VerifyOptions& options) {
  for (int look = 0;; ++look) {
    Verified verified = verify_now(session, id, options);
    if (verified.found.damage.empty()) return verified;
    if (session.artifacts().match(id.str()).empty()) { // removed since
      verified.found.damage.clear();
      return verified;
    }
    std::optional<ArtifactRecord> now;
    try {
      now = session.artifacts().find(id);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): its record is the damage
    }
    const bool is_same = now.has_value() == verified.record.has_value() &&
                         (!now || now->directory == verified.record->directory);
    if (is_same || look == kMostLooks) return verified;
  }
}

bool is_of(const DamagedArtifact& found, const std::function<bool(const Damage&)>& test) {
  return std::all_of(found.damage.begin(), found.damage.end(), test);
}

bool is_former_tree(const Damage& damage) {
  return damage.path.starts_with("../");
}

BuildSpec spec_of(const DamagedArtifact& found) {
  BuildSpec spec = read_spec(Dir::open(found.path).open_dir("_hashdist"));
  if (spec.id() != found.id)
    throw Error(ErrorKind::failed, "artifact.bad-spec",
                join_path(found.path, kSpec) + " is the spec of " + spec.id().str());
  return spec;
}

/// False: it has been replaced or removed since it was verified, by another process.
bool is_as_verified(const ArtifactStore& store, const Verified& verified) {
  const std::optional<ArtifactRecord> now = store.find(verified.found.id);
  return now && verified.record && now->directory == verified.record->directory;
}

enum class Tried { done, changed, busy };

Tried rebuild(Session& session, const Verified& verified) {
  const DamagedArtifact& found = verified.found;
  ArtifactStore& store = session.artifacts();
  const BuildSpec spec = spec_of(found);
  std::variant<Attempt, Busy> claimed =
      store.claim_beside(found.id, [&](const Attempt& attempt, const ArtifactRecord& record) {
        store.replace(attempt, record);
        return true;
      });
  if (std::holds_alternative<Busy>(claimed)) return Tried::busy;
  if (!is_as_verified(store, verified)) return Tried::changed;
  Publisher publisher(store);
  const BuildOutcome outcome = session.builder_for(publisher)->build_at(
      spec, std::get<Attempt>(std::move(claimed)), session.stop());
  if (const BuildFailure* failure = std::get_if<BuildFailure>(&outcome)) {
    throw_if_stopped(session);
    const bool is_missing = failure->code.starts_with("build.missing");
    throw Error(ErrorKind::failed, failure->code,
                failure->reason + (is_missing ? "" : "; its log is " + failure->log_path));
  }
  publisher.barrier();
  return Tried::done;
}

Tried try_to_repair(Session& session, const Verified& verified) {
  const DamagedArtifact& found = verified.found;
  if (!verified.record)
    throw Error(ErrorKind::failed, "artifact.no-spec",
                "without its directory its spec is not known");
  if (verified.record->other_store)
    throw Error(ErrorKind::failed, "artifact.of-other-store",
                "it is held by the store " + *verified.record->other_store);
  if (!is_as_verified(session.artifacts(), verified)) return Tried::changed;
  if (is_of(found, is_former_tree))
    return session.artifacts().finish_replacement(found.id) ? Tried::busy : Tried::done;
  if (!is_of(found, [](const Damage& one) { return one.kind == Damage::Kind::mode; }))
    return rebuild(session, verified);
  restore_modes(Dir::open(found.path), *verified.record, found.damage);
  return Tried::done;
}

/// What was seen may be old by now: with many artifacts verifying takes minutes, and another
/// process may repair, too. So what has changed is looked at again, and who builds is waited for.
void repair(Session& session, Verified& verified, const VerifyOptions& options) {
  const ArtifactId id = verified.found.id;
  try {
    session.artifacts().hold({id}); // it stays while it is mended
    for (;;) {
      const Tried tried = try_to_repair(session, verified);
      if (tried == Tried::done) break;
      if (tried == Tried::busy) std::this_thread::sleep_for(kPause);
      throw_if_stopped(session);
      if (tried == Tried::busy && is_as_verified(session.artifacts(), verified)) continue;
      Verified anew = verify_one(session, id, options);
      if (anew.found.damage.empty()) break;
      verified = std::move(anew);
    }
    if (const std::optional<ArtifactRecord> now = session.artifacts().find(id))
      verified.found.path = session.artifacts().path_of(*now);
    verified.found.repaired = true;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    verified.found.problem = error.message();
  }
}

std::vector<ArtifactId> ids_of(Session& session, const std::vector<std::string>& words) {
  if (words.empty()) return session.artifacts().list();
  std::set<ArtifactId> ids;
  for (const std::string& word : words)
    ids.insert(session.artifact_id(word));
  return {ids.begin(), ids.end()};
}

} // namespace

bool VerifyResponse::is_whole() const {
  return std::all_of(damaged.begin(), damaged.end(),
                     [](const DamagedArtifact& one) { return one.repaired; });
}

VerifyResponse verify_artifacts(Session& session, const VerifyRequest& request) {
  const std::vector<ArtifactId> ids = ids_of(session, request.words);
  const int threads = std::max(session.jobs(), 1);
  VerifyResponse response{.store = session.artifacts().path(),
                          .quick = request.quick,
                          .artifact_count = static_cast<int64_t>(ids.size()),
                          .damaged = {}};
  // Of several one each; of one its files.
  const VerifyOptions options{
      .quick = request.quick, .threads = ids.size() == 1 ? threads : 1, .stop = session.stop()};
  std::vector<Verified> damaged;
  std::mutex mutex;
  parallel_for(ids.size(), threads, [&](std::size_t i) {
    Verified verified = verify_one(session, ids[i], options);
    const std::lock_guard lock(mutex);
    response.file_count += verified.result.file_count;
    response.read_bytes += verified.result.read_bytes;
    if (!verified.found.damage.empty()) damaged.push_back(std::move(verified));
  });
  std::sort(damaged.begin(), damaged.end(),
            [](const Verified& a, const Verified& b) { return a.found.id < b.found.id; });
  for (Verified& one : damaged) {
    if (request.repair) repair(session, one, options);
    response.damaged.push_back(std::move(one.found));
  }
  return response;
}

VerifyRequest read_verify_request(const Document& request) {
  Fields fields(request, request.root, "");
  VerifyRequest result;
  result.words = fields.texts("artifacts");
  result.quick = fields.flag_or("quick", false);
  result.repair = fields.flag_or("repair", false);
  fields.finish();
  return result;
}

Value to_value(const VerifyResponse& response) {
  Value::List damaged;
  for (const DamagedArtifact& one : response.damaged) {
    Value::List list;
    for (const Damage& damage : one.damage) {
      Value entry;
      entry.set("path", damage.path);
      entry.set("what", damage_text(damage.kind));
      entry.set("detail", damage.detail);
      list.push_back(std::move(entry));
    }
    Value entry;
    entry.set("id", one.id.str());
    entry.set("path", text_or_null(one.path));
    entry.set("damage", Value(std::move(list)));
    entry.set("repaired", one.repaired);
    entry.set("problem", text_or_null(one.problem));
    damaged.push_back(std::move(entry));
  }
  Value value;
  value.set("store", response.store);
  value.set("quick", response.quick);
  value.set("artifacts", response.artifact_count);
  value.set("files", response.file_count);
  value.set("read", response.read_bytes);
  value.set("damaged", Value(std::move(damaged)));
  return value;
}

Operation verify_operation() {
  return {"verify", "compare artifacts with what they were when they were made",
          [](Session& session, const Document& request) {
            return to_value(verify_artifacts(session, read_verify_request(request)));
          }};
}

} // namespace hdist
