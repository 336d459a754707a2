// artifact_store.h: find, claim and publish artifacts: the rules of DESIGN.md 6;
// docs/store-format.md is the format.
#pragma once

#include "base/dir.h"
#include "base/lease.h"
#include "base/log.h"
#include "model/artifact_record.h"
#include "store/gc.h"
#include "store/inventory.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

namespace hdist {

struct StoreOptions {
  bool durable = true;    // [builder] durability
  bool group = false;     // [builder] share = group: directories 2775
  bool only_read = false; // nothing is made, and any path will do: one where nothing could be built
  LeaseOptions lease;
  std::vector<unsigned> trusted_uids; // besides root and oneself
  /// Other machines may write to the store's file system, also when its type does not say so.
  bool shared_file_system = false;

  /// Whether what a user owns, here or in a profile of others, counts as there.
  bool trusts(unsigned uid) const;
};

/// The right to build one artifact, and the final path to build it at. Destroying it gives the
/// claim back and removes the attempt's directory.
class Attempt {
public:
  Attempt(Attempt&&) noexcept;
  Attempt& operator=(Attempt&&) noexcept;
  ~Attempt();
  const ArtifactId& id() const;
  int number() const;                   // 1, 2, ...
  const std::string& directory() const; // "<hash12>" or "<hash12>.<n>"
  const std::string& path() const;      // absolute; exists, empty, mode 0755
  const std::string& token() const;     // HDIST_RUN_TOKEN of everything this attempt runs
  std::chrono::steady_clock::time_point claimed_at() const;
  /// What is there stays when this is destroyed, for the next scratch of this number.
  void leave();

private:
  friend class ArtifactStore;
  struct State;
  explicit Attempt(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Somebody else is building it.
struct Busy {
  std::string claim; // file name
  std::optional<LeaseHolder> holder;
};

using Claimed = std::variant<ArtifactRecord, Attempt, Busy>;

class ArtifactStore {
public:
  /// Makes directory, store.json and roots/ when absent. Errors: another kind of store, unknown
  /// required features (refused), not writable is found only when something is to be written.
  /// Makes none at a path that programs cannot be built at (white space, ':' and other characters
  /// special to make, shells and run paths): usage "store.bad-path". One that was moved there can
  /// be read; claim() throws that error.
  static ArtifactStore open(const std::string& path, StoreOptions options = {});
  ArtifactStore(ArtifactStore&&) noexcept;
  ~ArtifactStore();

  /// The record, if it is there, readable, of a trusted owner and its directory exists.
  std::optional<ArtifactRecord> find(const ArtifactId& id) const;
  std::string path_of(const ArtifactRecord& record) const; // absolute
  /// Existing artifacts called `text`: full id, "name/prefix" (4 characters or more), or a bare
  /// name (all of it).
  std::vector<ArtifactId> match(const std::string& text) const;
  std::vector<ArtifactId> list() const;
  /// An artifact that is not published yet, and the directory that it is made in.
  struct Unpublished {
    ArtifactId id;
    std::string path;
  };
  /// Those called `text` (as in match()) that processes of this user are seen making on this
  /// machine. Whoever calls this before match() misses none that is published meanwhile.
  std::vector<Unpublished> being_built(const std::string& text) const;
  /// All artifacts, and what keeps each by these options (a dry run).
  Inventory inventory(const GcOptions& options);
  /// When it was last used, by its record; nullopt when there is none.
  std::optional<int64_t> last_use(const ArtifactId& id) const;

  /// One look and one try: the finished artifact, the right to build it, or who has that right.
  Claimed claim(const ArtifactId& id);
  /// Waits until claim() gives something else than Busy; `waiting` is called once for each new
  /// holder.
  Claimed claim_or_wait(const ArtifactId& id, const std::function<void(const Busy&)>& waiting,
                        const std::stop_token& stop);
  /// The right to build an artifact that is there once more, beside it. publish() then calls
  /// `instead` with the finished tree, and removes that when it gives false; the artifact is not
  /// touched.
  using Instead = std::function<bool(const Attempt& attempt, const ArtifactRecord& record)>;
  std::variant<Attempt, Busy> claim_beside(const ArtifactId& id, Instead instead);
  /// For `instead`: from now on the finished tree is the artifact, and what was it leads there.
  /// Whoever looks finds one or the other, whole. The old tree goes.
  void replace(const Attempt& attempt, const ArtifactRecord& record);
  /// For `instead` that keeps the finished tree: it is marked as never having been the artifact.
  void keep_compared(const Attempt& attempt);
  /// Finished trees of the artifact that its record does not name, since a replacement did not come
  /// to its end: names below <name>/.
  std::vector<std::string> replaced_trees(const ArtifactRecord& record) const;
  /// They go, and their names lead to the artifact as it is now. Busy: somebody builds it.
  std::optional<Busy> finish_replacement(const ArtifactId& id);

  /// The path of attempt `number` (none: of one that is free) for work that is never published:
  /// builders go on beside it, and leave the path alone. What a process that was killed left there
  /// stays, when it had that number for the same work. nullopt: the path is taken.
  std::optional<Attempt> claim_scratch(const ArtifactId& id, std::optional<int> number = {});
  /// Makes content durable: one syncfs on a descriptor opened with the store. Call after all
  /// content is written.
  void sync_content();
  /// Writes the record beside its final name, so that one sync_content() covers it too; then
  /// publish() only gives it its name. Without it, publish() makes the record durable by itself.
  void prepare(Attempt& attempt, const ArtifactRecord& record);
  /// Publishes by giving the record its name, exclusively; content must be durable. False: another
  /// attempt was published first, this one is removed. When the directory is not <hash12> and that
  /// name is free, it becomes a link to it.
  [[nodiscard]] bool publish(Attempt attempt, const ArtifactRecord& record);
  void sync_records(
      const std::vector<ArtifactId>& ids); // after publish(), before anything that refers to them

  /// Registers `path` (a profile generation, a link of the user's) as a root: roots/<uid>/<hash> ->
  /// path. Idempotent.
  void add_root(const std::string& path);
  void remove_root(const std::string& path);
  struct Root {
    unsigned uid = 0;
    std::string path;
  };
  std::vector<Root> roots() const;

  /// These are needed until this object is destroyed or its process dies. Call it before looking
  /// for them (store rule 7). Any thread. Where the store cannot be written, nothing happens.
  void hold(const std::vector<ArtifactId>& ids);
  /// `path` (a profile's generation) is needed as long as this process lives, also when another
  /// program takes its place, or one that has the returned text as HDIST_RUN_TOKEN. "": the store
  /// cannot be written.
  std::string hold_for_process(const std::string& path);
  /// It was asked for by hand just now: it stays for the time that unreferenced artifacts have.
  void note_use(const ArtifactId& id);

  /// Removes what no root, running process or recent use needs (gc.h). Safe beside builders, other
  /// collections and users. Throws "gc.unreadable-roots", "gc.grace", "store.not-writable".
  GcReport collect(const GcOptions& options, Events& events, std::stop_token stop = {});
  /// Everything that keeps artifacts, and where it leads.
  std::vector<FollowedRoot> follow_roots(const GcOptions& options = {});
  /// The same of a path that need not be registered.
  FollowedRoot follow(const std::string& path);

  const std::string& path() const;      // as configured: absolute, links kept
  const std::string& real_path() const; // physical

private:
  struct State;
  explicit ArtifactStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace hdist
