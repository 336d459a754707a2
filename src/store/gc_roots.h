// gc_roots.h: everything that keeps artifacts, followed to the artifacts. For the store's own
// files.
#pragma once

#include "store/gc.h"
#include "store/gc_mark.h"
#include "store/gc_records.h"
#include "store/run_needs.h"

#include <map>
#include <string>
#include <vector>

namespace hdist {

/// One object for the two looks of a collection: it remembers records, which never change, and
/// since when the heartbeats of processes stand still.
class RootSurvey {
public:
  RootSurvey(const GcStore& store, const GcOptions& options)
      : store_(store), options_(options), runs_(store.judge) {}

  /// Roots and needs of processes, in this order.
  std::vector<FollowedRoot> follow_all();
  FollowedRoot follow(unsigned uid, const std::string& path);

  struct Reached {
    std::vector<FollowedRoot> roots;
    std::vector<std::string> unreadable; // roots and damaged records, with the reason
    std::vector<GcReason> reasons;       // of each seed; the chain is empty
    std::map<ArtifactId, Mark> marks;
    std::map<ArtifactId, int64_t> last_uses; // of all records, whoever used them

    /// With its chain; nullopt: nothing keeps it.
    std::optional<GcReason> reason_of(const ArtifactId& id) const;
  };
  Reached look(const std::map<ArtifactId, GcRecord>& records);
  /// What its record says, looked at now where it was not reached; empty when it cannot be told.
  struct Facts {
    std::string version;
    int64_t size_bytes = 0;
    int64_t built_at_s = 0;
    int64_t build_ms = 0;
  };
  const Facts& facts_of(const ArtifactId& id);
  int64_t size_of(const ArtifactId& id) { return facts_of(id).size_bytes; }
  /// What it needs; nullopt when it is not there.
  std::optional<std::vector<ArtifactId>> needs_of(const ArtifactId& id);

private:
  struct Known {
    bool there = false;
    std::vector<ArtifactId> needs;
    Facts facts;
    std::string problem;
  };
  void follow_folder(const Dir& roots, std::vector<FollowedRoot>& found);
  void follow_links(std::vector<FollowedRoot>& found);
  void follow_processes(std::vector<FollowedRoot>& found);
  std::vector<ArtifactId> at_place(const std::string& name, const std::string& directory);
  const Known& known(const ArtifactId& id);
  void add_recent(const std::map<ArtifactId, GcRecord>& records, std::vector<MarkSeed>& seeds,
                  Reached& reached);

  const GcStore& store_;
  const GcOptions& options_;
  RunWatch runs_;
  std::map<ArtifactId, Known> known_;
};

} // namespace hdist
