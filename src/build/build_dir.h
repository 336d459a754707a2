// build_dir.h: where one build runs, and which directories of failed builds are kept.
#pragma once

#include "base/dir.h"
#include "model/artifact_id.h"

#include <memory>
#include <string>
#include <vector>

namespace hdist {

/// <parent>/<name>-<hash12>-<random>, mode 0700, with work/, home/, tmp/ and jobtmp/. Destroying it
/// removes it unless keep() was called.
class BuildDir {
public:
  /// `token` names the run that uses it: who finds the directory later sees whether that run lives.
  BuildDir(const std::string& parent, const ArtifactId& id, const std::string& token);
  /// One that was kept, `name` in `parent`; it stays also when this is destroyed. Refused
  /// "build.directory-in-use" while another process has it.
  static std::unique_ptr<BuildDir> reopen(const std::string& parent, const std::string& name,
                                          const std::string& token);
  ~BuildDir();
  BuildDir(const BuildDir&) = delete;
  BuildDir& operator=(const BuildDir&) = delete;

  const Dir& dir() const { return dir_; }
  const std::string& path() const { return dir_.path(); }
  std::string sub(const std::string& name) const;
  void remove(); // now; throws
  /// It stays; a failed one until newer ones push it out (prune_build_dirs).
  void keep(bool failed);

private:
  BuildDir(Dir parent, std::string name);
  Dir parent_;
  std::string name_;
  Dir dir_;
  bool done_ = false;
  bool was_kept_ = false;
};

/// A build directory of this user.
struct FoundBuildDir {
  enum class State { running, failed, abandoned, other };
  std::string name;
  std::string package, hash12; // of the artifact
  State state = State::other;
  bool was_kept = false; // by keep(), also when somebody looks into it now (state running)
};
std::vector<FoundBuildDir> build_dirs(const Dir& parent);
/// `other` too when it is not there.
FoundBuildDir::State state_of_build_dir(const Dir& parent, const std::string& name);

/// A build directory of this user that may go.
struct StaleBuild {
  std::string name;
  std::string what; // "failed build", "kept build", "build of a dead process"
};
/// Those that failed builds left, but the newest `keep_failed`, and those of runs that died. Those
/// that somebody has looked into, or of builds that worked, go by their age alone: after `keep_s`
/// (negative: never).
std::vector<StaleBuild> stale_build_dirs(const Dir& parent, int keep_failed, int64_t keep_s = -1,
                                         int64_t now_s = 0);
/// Removes those of them that do not go by their age. Never throws.
void prune_build_dirs(const std::string& parent, int keep_failed) noexcept;

} // namespace hdist
