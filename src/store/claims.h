// claims.h: the claims and directories of one artifact's attempts in <name>/, and who of them
// lives. For the store's own files.
#pragma once

#include "base/dir.h"
#include "base/lease.h"
#include "model/artifact_id.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hdist {

constexpr int kHighestAttempt = 999'999'999;

/// "<hash32>.claim.<n>" or "<hash32>.scratch.<n>", a claim's file name; n from 1, decimal.
struct ClaimName {
  enum class Kind {
    build,
    scratch, // what is made there is never published: nobody waits for it
  };
  std::string hash32;
  int number = 0;
  Kind kind = Kind::build;
  std::string str() const;
  static std::optional<ClaimName> parse(std::string_view file);
};

/// "<hash12>" for number 1, else "<hash12>.<n>".
std::string attempt_directory(const ArtifactId& id, int number);
/// The inverse for names that start with `hash12`; nullopt when it is something else.
std::optional<int> attempt_number(std::string_view directory, std::string_view hash12);
/// "<hash32>.record.<n>": the record of attempt n before it is published.
std::string unpublished_record(const ArtifactId& id, int number);

/// Numbers belong to a hash12: the claim n and the directory n are of one attempt, also when two
/// artifacts of one name share these 12 characters.
struct Neighbours {
  std::vector<int> claims;  // of this artifact, ascending
  int highest = 0;          // number that a claim or directory has
  bool shared_hash = false; // there is something of another artifact with this hash12
};
Neighbours look_around(const Dir& name_dir, const ArtifactId& id);

struct Judgement {
  bool there = false; // false: the file is gone
  Liveness liveness = Liveness::unknown;
  std::optional<LeaseHolder> holder;
  bool proven_dead = false; // no process of the attempt is left; not merely no heartbeat
};

/// Judges claims, and remembers since when a heartbeat stands still. Any thread.
class ClaimJudge {
public:
  /// `local`: the claims lie on a file system that only this machine writes to, so one of another
  /// boot is of a machine that is gone.
  explicit ClaimJudge(LeaseOptions options, bool local = false)
      : options_(options), local_(local) {}
  Judgement judge(const Dir& name_dir, const std::string& file);

private:
  struct Watched {
    Watched(const Dir& from, const std::string& file, const LeaseOptions& options)
        : dir(from.duplicate()), watch(dir, file, options) {}
    Dir dir;
    LeaseWatch watch;
  };
  LeaseOptions options_;
  bool local_ = false;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Watched>> watched_; // by path
};

/// Its holder, or a process with its token, runs on this machine: the proof, whatever the
/// heartbeat.
bool is_seen_running(const Dir& name_dir, const std::string& file);

/// Removes the claim when it still is the one with this token.
void remove_claim(const Dir& name_dir, const std::string& file, const std::string& token);

} // namespace hdist
