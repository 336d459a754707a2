// kept_build.h: what a build directory that stays says of its build: how far the job came, and
// which files of its tree somebody has changed since.
#pragma once

#include "base/dir.h"
#include "build/job.h"
#include "model/build_spec.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hdist {

/// progress.json in a build directory: {"version", "attempt", "installed", "done": [...]}.
struct KeptProgress {
  int attempt = 1;        // the number of the path that the job was run with (store rule 2)
  bool installed = false; // the job had put something at that path: artifact/ holds it
  JobProgress done;

  static constexpr const char* kFile = "progress.json";
  static constexpr const char* kArtifact = "artifact"; // put_installed_aside()
  void write(const Dir& build_dir) const;
  /// nullopt: there is none. Error usage "document.invalid" for one that cannot be read.
  static std::optional<KeptProgress> read(const Dir& build_dir);
};

/// build.json of a build directory, or of an artifact's _hashdist/.
BuildSpec read_spec(const Dir& directory);

/// A kept build directory that can be gone on in.
struct KeptBuild {
  std::string directory;    // name, below the place for builds
  std::string name, hash12; // of the artifact
  int64_t time_ns = 0;      // when its job stopped last, nanoseconds since 1970
};
/// This user's, the newest first; also those that somebody looks into now, and those that do not
/// say how far their builds came.
std::vector<KeptBuild> kept_builds(const std::string& temp_dir);

/// Files and links below `work` that are not as they were when note_tree() was called last, or were
/// not then; changed, new or gone. Paths below `work`.
std::set<std::string> changed_files(const Dir& build_dir);
/// Remembers how the tree is now. What a person changed before stays remembered as changed.
void note_tree(const Dir& build_dir, const std::set<std::string>& changed = {});

/// Whether `path` is a directory, and no link to one, with something in it.
bool has_content(const std::string& path);

/// What the job had installed goes from the artifact's `path` into the build directory, by a rename
/// where that works, else by a copy: then it is in both. False: there is nothing. Killed or failing
/// at any step, one of the two is whole.
bool put_installed_aside(const Dir& build_dir, const std::string& path);
/// And back. What a process that was killed left at `path` after it was brought is newer, and
/// stays.
void bring_installed(const Dir& build_dir, const std::string& path);

} // namespace hdist
