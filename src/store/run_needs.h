// run_needs.h: what running processes need: roots/<uid>/<stem>.run (a claim) or .held, and
// <stem>.needs beside it. For the store's own files.
#pragma once

#include "base/dir.h"
#include "base/lease.h"
#include "model/artifact_id.h"
#include "store/artifact_store.h"
#include "store/claims.h"

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hdist {

/// Of this process. A store that cannot be written, or a full disk, is no error: then nothing is
/// registered, and what is needed is only as safe as its last use makes it. Any thread.
class OwnNeeds {
public:
  OwnNeeds() = default;
  ~OwnNeeds(); // forgets them
  OwnNeeds(const OwnNeeds&) = delete;
  OwnNeeds& operator=(const OwnNeeds&) = delete;
  /// On disk when this returns.
  void add(const Dir& store, const std::vector<ArtifactId>& ids, const StoreOptions& options);

private:
  void write(const Dir& store, const std::string& lines, const StoreOptions& options);
  std::mutex mutex_;
  std::set<ArtifactId> known_;
  bool impossible_ = false;
  std::optional<Dir> folder_;
  std::string stem_;
  std::optional<Lease> claim_;
};

/// `path` is needed as long as this process lives, also when another program takes its place, or
/// one with the returned HDIST_RUN_TOKEN in its environment. Empty: it could not be registered.
/// Nobody takes such a registration back, so now and then those of the dead are removed.
std::string hold_path(const Dir& store, const std::string& path, const StoreOptions& options,
                      ClaimJudge& judge);

/// What one process needs.
struct RunNeeds {
  unsigned uid = 0;
  LeaseHolder holder;
  std::vector<ArtifactId> ids;
  std::vector<std::string> paths; // absolute, followed as roots are
};

/// Looks at all processes. One object sees since when a heartbeat stands still.
class RunWatch {
public:
  explicit RunWatch(ClaimJudge& judge) : judge_(judge) {}
  /// `remove_dead`: also the files of those that are dead are removed. Folders that cannot be read
  /// are passed over; look_at_roots() reports them.
  std::vector<RunNeeds> look(const Dir& roots, bool remove_dead);
  /// Removes the files of the dead from the folder of one user.
  void forget_dead(const Dir& folder, unsigned uid);

private:
  void look_at(const Dir& folder, unsigned uid, bool remove_dead, std::vector<RunNeeds>& living);
  bool lives(const Dir& folder, const std::string& file);
  ClaimJudge& judge_;
};

} // namespace hdist
