// finish_artifact.h: what a job left becomes an artifact: its documents, uniform modes, references,
// the record.
#pragma once

#include "build/build_log.h"
#include "build/imports.h"
#include "store/artifact_store.h"

#include <stop_token>

namespace hdist {

/// What the commands of a job used.
struct JobUsage {
  double cpu_s = 0;
  int64_t peak_memory_bytes = 0; // of the largest process
  std::string isolation;
};

struct FinishRequest {
  const BuildSpec& spec;
  const Attempt& attempt;
  const ArtifactStore& store;
  const ResolvedImports& imports;
  const BuildLog& log; // finished
  JobUsage usage;
  double wall_s = 0;
};

/// Writes _hashdist/{build.json,log.zst,files.zst}, protects and scans the artifact. What is wrong
/// with what the job made is an Error "artifact.missing", "artifact.bad-install" (with the line) or
/// "store.special-file".
ArtifactRecord finish_artifact(const FinishRequest& request, const std::stop_token& stop);

/// Rules in order, variables merged by name; `first` wins where they cannot be.
InstallWishes merged(InstallWishes first, const InstallWishes& second);

} // namespace hdist
