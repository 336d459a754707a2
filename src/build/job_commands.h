// job_commands.h: runs the commands of one job, and knows what ran last. What a build, one that
// goes on, and a look into one share.
#pragma once

#include "build/build_log.h"
#include "build/builder.h"
#include "build/finish_artifact.h"
#include "build/imports.h"
#include "build/job.h"

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

/// The surroundings that the job of an attempt starts with, in the build directory `place`.
Env job_surroundings(const BuildOptions& options, const BuildSpec& spec,
                     const ResolvedImports& imports, const std::string& place,
                     const std::string& artifact);

/// Unpacks what the spec names into `work`. Refuses a target that leads through a link of a source
/// before it.
void unpack_sources(const BuildSpec& spec, const SourceStore& sources, const Dir& work,
                    const std::stop_token& stop);

class JobCommands {
public:
  JobCommands(const BuildParts& parts, const std::string& token, BuildLog& log)
      : parts_(parts), token_(token), log_(log) {}

  ExitStatus run(const JobCommand& job, std::string* captured, const std::stop_token& stop);

  const std::string& stage() const { return stage_; }     // running or run last; "": none
  const std::string& command() const { return command_; } // as for a shell, shortened
  const JobUsage& usage() const { return usage_; }
  /// What runs is to be found in PATH, which is empty.
  bool needs_path() const { return needs_path_; }
  void forget_last(); // every command did its work

private:
  const BuildParts& parts_;
  std::string token_;
  BuildLog& log_;
  bool needs_path_ = false;
  std::string stage_, command_;
  JobUsage usage_;
};

/// As for a shell.
std::string command_line(const JobCommand& job, const std::string& self_name);
/// At most `limit` bytes and "...", cut between characters.
std::string cut(std::string text, std::size_t limit);

} // namespace hdist
