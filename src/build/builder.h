// builder.h: build one spec at its final attempt path; result is a value, log is kept (DESIGN.md
// 6).
#pragma once

#include "base/log.h"
#include "base/process.h"
#include "build/first_error.h"
#include "model/build_spec.h"
#include "source/source_store.h"
#include "store/artifact_store.h"
#include "store/publisher.h"

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

namespace hdist {

class Jobserver;
struct BuildParts;

enum class KeepBuild { never, on_error, always };

struct BuildOptions {
  std::string temp_dir; // build directories are made here: <name>-<hash12>-<random>
  std::string log_dir;  // logs of failed builds, <name>-<hash12>.log (the newest failure of an id)
  int64_t keep_logs_s = -1; // older ones are removed when a build fails; negative: none
  std::string supervise;    // the static supervisor program
  std::string self_program; // this program, for in-process commands of jobs
  std::string self_name;    // how jobs call it ("hdist"); also "hit" is understood
  std::string config_variable = "HDIST_CONFIG"; // where this program reads it
  std::string config_json;                      // HDIST_CONFIG of the job
  std::map<std::string, std::string> virtuals;  // "virtual:unix" -> artifact id
  int cpus = 1;                                 // MAKEFLAGS=-jN and HASHDIST_CPU_COUNT, unhashed
  KeepBuild keep = KeepBuild::on_error;
  int keep_failed = 3; // failed build directories kept in temp_dir; older ones are removed
  Jobserver* jobserver = nullptr; // what all builds of a run share `cpus` by; none: each has them
  Isolation isolation = Isolation::automatic;
  Platform machine; // specs of a foreign platform are refused
};

struct BuildSuccess {
  ArtifactRecord record;
  std::string path;
  bool was_present = false;
};

struct BuildFailure {
  ArtifactId id;
  std::string stage;   // "configure", or the command's first word
  std::string reason;  // "exit status 2"
  std::string command; // as for a shell, shortened to 200 characters
  std::string log_path;
  std::string log_error;                 // why the log could not be kept whole; "" when it was
  std::string build_dir;                 // kept; "" when it was not
  std::vector<std::string> last_lines;   // at most 20
  std::optional<FoundError> first_error; // printable; its number is that in the whole log
  std::vector<Advice> advice;
  std::string code; // "build.command-failed", "build.stopped", "build.missing-import", ...
};

using BuildOutcome = std::variant<BuildSuccess, BuildFailure>;

class Builder {
public:
  Builder(ArtifactStore& store, SourceStore& sources, Publisher& publisher, BuildOptions options,
          Events& events);

  /// Finds the artifact, waits for another's build of it, or builds. Imports and sources must be
  /// there (never recurses). A job that fails is a value; what is wrong with store, disk or spec is
  /// an Error. Thread-safe.
  BuildOutcome build(const BuildSpec& spec, std::stop_token stop);

  /// Builds where `attempt` is, whatever is there already.
  BuildOutcome build_at(const BuildSpec& spec, Attempt attempt, std::stop_token stop);

  /// Finished in this run or in the store.
  std::optional<ArtifactRecord> find(const ArtifactId& id) const;

  /// What its builds work with, for work on a build that was kept. Valid as long as this.
  BuildParts parts();

private:
  void hold(const BuildSpec& spec);
  BuildOutcome run_at(const BuildSpec& spec, Attempt attempt, std::stop_token stop);
  ArtifactStore& store_;
  SourceStore& sources_;
  Publisher& publisher_;
  BuildOptions options_;
  Events& events_;
};

} // namespace hdist
