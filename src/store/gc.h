// gc.h: what is asked of a collection of garbage, and what it says it did
// (ArtifactStore::collect). The rules: docs/store-format.md, section 4.
#pragma once

#include "model/artifact_id.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

/// Of GcOptions::grace_s: none where only this machine writes to the store, else what a silent
/// claim needs.
constexpr int64_t kShortestGrace = -1;

struct GcOptions {
  bool dry_run = false;                    // look and report only
  int64_t keep_unreferenced_s = 2'592'000; // since the last use; -1: for ever
  int64_t grace_s = 600;                   // between condemning and removing
  bool keep_build_deps = false;            // what a kept one was built with stays too
  std::optional<int64_t> free_bytes;       // enough to free so much, not all that may go
  bool ignore_unreadable = false;          // treat roots that cannot be read as if they were gone
  std::vector<std::string> more_roots;     // directories laid out like roots/
  std::vector<std::string> also;           // paths that are followed like roots of this user
  std::set<std::string> except;            // paths of roots that count as gone
  /// Only these go, whenever they were used, and none of them while anything else needs one: a
  /// root, a process, an artifact that is not among them. Left-overs stay.
  std::optional<std::set<ArtifactId>> only;
  int64_t now_s = 0; // the time; 0: the clock's
  /// Called where the disk is so full that even the claim cannot be made; may free what is no
  /// artifact. Then it is tried once more.
  std::function<void()> make_room;
  /// Told of each step before it is taken; for tests.
  std::function<void(std::string_view step)> at_step;
};

/// A root, or a path or artifacts that a running process needs, and where it leads.
struct FollowedRoot {
  unsigned uid = 0;
  std::string path;                   // "" for what a process needs by id
  std::optional<std::string> process; // "process 4711 on node17"; nullopt: a registered root
  enum class State { found, gone, unreadable } state = State::found;
  std::string problem;         // why it is unreadable
  std::string end;             // physical path of what it leads to
  std::vector<ArtifactId> ids; // artifacts on the way and at the end; not what those need
};

/// Why an artifact stays.
struct GcReason {
  /// `artifact`: one that is not itself to be removed (GcOptions::only); the last of the chain.
  enum class Kind { root, process, recent, artifact } kind = Kind::root;
  unsigned uid = 0;              // whose root or process
  std::string text;              // the root's path; "process 4711 on node17"
  int64_t last_use_s = 0;        // of the recent one, seconds since the epoch
  std::vector<ArtifactId> chain; // from what needs it directly to what the reason itself names
};

struct GcKept {
  ArtifactId id;
  int64_t size_bytes = 0;
  GcReason reason;
};

struct GcRemoved {
  ArtifactId id;
  int64_t size_bytes = 0;
  int64_t last_use_s = 0;
};

/// What is no artifact.
struct GcLeftover {
  std::string path; // below the store
  std::string what; // "unfinished file", "attempt of a dead process", ...
  int64_t size_bytes = 0;
};

struct GcReport {
  std::vector<GcRemoved> removed; // with dry_run: what would be
  std::vector<GcKept> kept;
  std::vector<ArtifactId> taken_back; // condemned, then found to be needed
  std::vector<GcLeftover> leftovers;  // removed, or would be
  int of_others = 0;                  // not needed, but another user's to remove
  int spared = 0;                     // not needed, but enough is freed without them
  int64_t spared_bytes = 0;
  std::vector<ArtifactId> theirs;      // of those of GcOptions::only
  std::vector<std::string> gone_roots; // led nowhere, and were removed
  std::vector<std::string> unreadable; // roots that were ignored, with the reason
  std::vector<std::string> failures;   // what could not be removed, with the reason
  int64_t freed_bytes() const;
};

} // namespace hdist
