// build_run.h: the steps of one build, from the claim to the finished artifact.
#pragma once

#include "build/build_dir.h"
#include "build/build_log.h"
#include "build/builder.h"
#include "build/finish_artifact.h"
#include "build/imports.h"
#include "build/job_commands.h"
#include "build/kept_build.h"

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

namespace hdist {

/// One attempt. Whatever happens, what was not submitted is removed when this is destroyed.
class BuildRun {
public:
  BuildRun(const BuildParts& parts, const BuildSpec& spec, Attempt attempt, std::stop_token stop);
  BuildOutcome run(const FindRecord& find);
  /// Goes on in the kept `place`, at the command that failed; the attempt is a scratch one and
  /// holds what was installed. The result is put aside there, and success's path is that; nothing
  /// is published, and the place stays whatever happens.
  BuildOutcome resume(const FindRecord& find, std::unique_ptr<BuildDir> place,
                      KeptProgress progress);

private:
  std::optional<BuildFailure> check_needs(const FindRecord& find);
  std::optional<BuildFailure> make_place();
  void write_job_document();
  void put_old_log_aside();
  void open_log();
  std::optional<BuildFailure> run_commands();
  BuildOutcome finish();
  BuildFailure end_by(Error& error);

  BuildFailure failed(std::string code, std::string reason);
  BuildFailure stopped();
  void keep_evidence(BuildFailure& failure);
  bool keep_place(bool is_failed);
  void put_aside();
  void name_command(BuildFailure& failure) const;
  void keep_log(BuildFailure& failure);
  void tell(TaskState state, std::string detail) const;
  double seconds() const;

  const BuildParts parts_;
  const BuildSpec& spec_;
  Attempt attempt_;
  std::stop_token stop_;
  std::string task_; // in events
  ResolvedImports imports_;
  std::unique_ptr<BuildDir> place_;
  std::optional<BuildLog> log_;
  std::optional<JobCommands> commands_;
  JobProgress progress_;
  bool is_resumed_ = false;
  bool is_kept_ = false;
  bool is_finished_ = false;      // what is at the attempt's path is an artifact
  std::set<std::string> changed_; // by a person, when it is resumed
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace hdist
