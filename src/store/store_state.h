// store_state.h: what ArtifactStore and Attempt hold, for artifact_store.cc (reading) and
// attempt.cc (claiming, publishing).
#pragma once

#include "store/artifact_store.h"
#include "store/claims.h"
#include "store/condemned.h"
#include "store/gc_records.h"
#include "store/run_needs.h"
#include "store/store_format.h"

#include <chrono>
#include <mutex>

namespace hdist {

/// Refused: the owner of the directory could replace what is in it.
Error foreign_directory(const Dir& directory);

/// A claim whose holder is dead, as it was seen.
struct DeadClaim {
  int number = 0;
  std::string token;
  bool proven = false; // then what it left may be removed
};

struct ArtifactStore::State {
  State(const std::string& where, StoreOptions how, Dir opened);

  StoreOptions options;
  StoreModes modes;
  std::string path;
  std::string real_path;
  Dir dir; // also what syncfs is called on: opened before the first write, so that it reports all
           // errors
  ClaimJudge judge;
  std::mutex sync_mutex;
  std::optional<Error> sync_error; // reported once by the kernel, true for all later

  OwnNeeds needs;

  void sync_all(); // one syncfs
  GcStore for_gc();
  bool trusts(uid_t uid) const;
  bool trusts_owner_of(const Dir& directory) const;
  /// nullopt: there is nothing of that name, or its directory is an untrusted user's.
  std::optional<Dir> open_name_dir(const std::string& name) const;
  std::optional<ArtifactRecord> find(const ArtifactId& id) const;
  std::optional<ArtifactRecord> find_in(const Dir& name_dir, const ArtifactId& id) const;
  std::optional<ArtifactRecord> read_record(const Dir& name_dir, const ArtifactId& id) const;
  bool has_directory(const Dir& name_dir, const ArtifactRecord& record) const;
  bool has_record(const ArtifactId& id) const; // under either of its names, of a trusted owner
  /// "<hash12>" leads to the directory where it is free: relative references made elsewhere name it
  /// so.
  void keep_plain_name(const Dir& name_dir, const ArtifactRecord& record) const;

  /// What is claimed, as seen now.
  struct Survey {
    int highest = 0;
    bool shared_hash = false;
    std::optional<Busy> live;
    int live_number = 0; // the lowest
    std::vector<DeadClaim> dead;
  };
  Claimed claim(const ArtifactId& id);
  Survey survey(const Dir& name_dir, const ArtifactId& id, int own_number);
  std::optional<Busy> yield_to_others(const Dir& name_dir, const ArtifactId& id, int own_number);
  std::unique_ptr<Attempt::State> start(const Dir& name_dir, const ArtifactId& id, Lease lease,
                                        const Survey& seen);
  /// The right to build, without a directory yet.
  std::variant<std::unique_ptr<Attempt::State>, Busy> take_beside(const Dir& name_dir,
                                                                  const ArtifactId& id);
  void clear_dead(const Dir& name_dir, const ArtifactId& id, int own_number);
  std::variant<Attempt, Busy> claim_beside(const ArtifactId& id);
  /// In one step, whatever is there: `name` becomes a link to the directory `target`.
  void lead_to(const Dir& name_dir, const std::string& name, const std::string& target) const;
  std::vector<std::string> replaced_trees(const Dir& name_dir, const ArtifactRecord& record) const;
  std::vector<std::string> roundabout(const Dir& name_dir, const ArtifactRecord& record) const;
  /// With the right to build held.
  void finish_replacement(const Dir& name_dir, const ArtifactRecord& record) const;
  bool end_dead_scratch(const Dir& name_dir, const ClaimName& name);
  /// nullptr: the path is taken.
  std::unique_ptr<Attempt::State> claim_scratch(const ArtifactId& id, int number);
  void refuse_foreign_record(const Dir& name_dir, const ArtifactId& id) const;
  bool link_record(Attempt::State& attempt, const ArtifactRecord& record) const;
  bool remove_stale_record(const Dir& name_dir, const ArtifactId& id, int number) const;
};

struct Attempt::State {
  State(ArtifactId whose, Dir names, Lease claim)
      : id(std::move(whose)), name_dir(std::move(names)), lease(std::move(claim)) {}
  ~State(); // removes the directory unless a record names it; then gives the claim back
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  bool is_named() const;
  void remove_dead_claims() const noexcept; // once the artifact is published

  ArtifactId id;
  Dir name_dir;
  Lease lease;
  int number = 0;
  std::string directory;
  std::string path;
  std::vector<DeadClaim> dead; // other claims, to be removed after publication
  std::string prepared;        // text of the unpublished record that is on disk
  bool published = false;
  ArtifactStore::Instead instead; // of being published
  bool is_scratch = false;        // never published
  bool is_left = false;
  std::chrono::steady_clock::time_point claimed_at = std::chrono::steady_clock::now();
};

} // namespace hdist
