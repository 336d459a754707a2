// build_run.h: the steps of one build, from the claim to the finished artifact.
#pragma once

#include "build/build_dir.h"
#include "build/build_log.h"
#include "build/builder.h"
#include "build/finish_artifact.h"
#include "build/imports.h"
#include "build/job.h"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

namespace hdist {

/// What a build works with.
struct BuildParts {
  ArtifactStore& store;
  SourceStore& sources;
  Publisher& publisher;
  const BuildOptions& options;
  Events& events;
};

/// One attempt. Whatever happens, what was not submitted is removed when this is destroyed.
class BuildRun {
public:
  BuildRun(const BuildParts& parts, const BuildSpec& spec, Attempt attempt, std::stop_token stop);
  BuildOutcome run(const FindRecord& find);

private:
  std::optional<BuildFailure> check_needs(const FindRecord& find);
  std::optional<BuildFailure> make_place();
  void unpack_sources();
  void write_job_document();
  std::optional<BuildFailure> run_commands();
  ExitStatus run_command(const JobCommand& job, std::string* captured);
  Env environment() const;
  BuildOutcome finish();

  BuildFailure failed(std::string code, std::string reason);
  BuildFailure stopped();
  void keep_evidence(BuildFailure& failure);
  void keep_log(BuildFailure& failure);
  void tell(TaskState state, std::string detail) const;
  double seconds() const;

  const BuildParts parts_;
  const BuildSpec& spec_;
  Attempt attempt_;
  std::stop_token stop_;
  std::string task_; // in events
  ResolvedImports imports_;
  std::optional<BuildDir> place_;
  std::optional<BuildLog> log_;
  bool needs_path_ = false;     // what runs is to be found in PATH, which is empty
  std::string stage_, command_; // running or run last
  JobUsage usage_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace hdist
