// look_inside.h: a kept build is opened again: at the path that it was made for, with what it had
// installed there, and with the surroundings of the command that failed.
#pragma once

#include "build/build_dir.h"
#include "build/build_run.h"
#include "build/kept_build.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace hdist {

/// A kept build, taken from others until this is destroyed.
class OpenedBuild {
public:
  /// Errors: refused "build.directory-in-use"; failed "build.path-taken" (somebody builds it, or it
  /// was built since); "build.installed-lost".
  OpenedBuild(const BuildParts& parts, const KeptBuild& kept);
  ~OpenedBuild(); // close(), where that was not called; errors are lost
  OpenedBuild(const OpenedBuild&) = delete;
  OpenedBuild& operator=(const OpenedBuild&) = delete;

  const BuildSpec& spec() const { return spec_; }
  const std::string& directory() const { return place_->path(); }
  /// Puts what is installed back into the build directory. Where that is impossible it stays at its
  /// path in the store, for the next to open the build, and the Error says why.
  void close();
  /// Goes on at the command that failed (BuildRun::resume()). Once.
  BuildOutcome resume(const FindRecord& find, std::stop_token stop);
  /// Where the command that failed was to run, with its variables; the end of the job when none
  /// did.
  JobCommand stopped_at(const FindRecord& find) const;
  /// A program in the person's terminal, at `where`; nothing of it is left when it ends.
  ExitStatus run(const JobCommand& where, std::vector<std::string> argv,
                 std::stop_token stop) const;

private:
  void take_path();
  const BuildParts parts_;
  std::string token_;
  std::unique_ptr<BuildDir> place_;
  BuildSpec spec_;
  KeptProgress progress_;
  std::optional<Attempt> attempt_;
};

} // namespace hdist
