// job_env.h: directory and variables that a job starts with, as a value; part of the hash rule
// (docs/hash-rules.md).
#pragma once

#include "base/env.h"
#include "model/artifact_id.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hdist {

struct JobImport {
  std::string id; // resolved
  std::string path;
  std::optional<std::string> ref;
};

struct JobEnvRequest {
  std::vector<JobImport> imports;
  std::string artifact;   // ARTIFACT
  std::string build_dir;  // BUILD, PWD; not set when empty
  std::string home, temp; // HOME, TMPDIR; not set when empty
  std::string config_json;
  std::map<std::string, std::string> virtuals;
  int cpus = 0;             // MAKEFLAGS and HASHDIST_CPU_COUNT; 0: not set
  bool shares_cpus = false; // by tokens: make finds the jobserver at kFirstHandedOn and the next
  bool native = false;      // specs with a platform get LD_RUN_PATH: imports' lib, own lib, padding
  bool as_root = false;     // tar keeps no owners
  Env overrides;            // the caller's; they win over all but what tells the job its own places
};

/// The text of LD_RUN_PATH. However deep a file lies below the artifact (up to 8 directories), what
/// it becomes fits in its place: the relative forms of the same directories.
std::string padded_run_path(const std::vector<JobImport>& imports, const std::string& artifact);

/// "virtual:a=a/1;virtual:b=b/2"
std::string packed_virtuals(const std::map<std::string, std::string>& virtuals);

/// The id that an import stands for: `id` itself, or what the person maps "virtual:NAME" to. Error
/// usage "job.no-virtual", or "job.host-import" for "host:...", which this release cannot provide.
std::string resolve_import(const std::string& id,
                           const std::map<std::string, std::string>& virtuals);

/// HashDist's variables (ORIGINAL.md 7.1) and the fixed ones of DESIGN.md 18.
Env job_environment(const JobEnvRequest& request);

} // namespace hdist
