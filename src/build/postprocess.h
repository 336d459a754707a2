// postprocess.h: what is done to an artifact after its build: relative run paths, symlinks, libtool
// files.
#pragma once

#include "base/log.h"
#include "build/job_env.h"

#include <string>
#include <vector>

namespace hdist {

struct PostprocessRequest {
  std::string artifact;                 // absolute path
  std::vector<JobImport> imports;       // whose libraries may be needed
  std::vector<std::string> store_roots; // every spelling
  bool relative_rpath = false;          // DESIGN.md 6
  bool relative_symlinks =
      false; // absolute links into the artifact become relative; out of it to another artifact too
  bool remove_libtool = false;       // *.la
  std::string patchelf = "patchelf"; // fallback where a run path has no room
};

struct PostprocessReport {
  int64_t run_paths = 0; // files whose run path was set
  int64_t by_patchelf = 0;
  int64_t links = 0;
  int64_t removed = 0;
};

/// Order: libtool files, symlinks, run paths. Errors name the file.
PostprocessReport postprocess(const PostprocessRequest& request, Events& events);

} // namespace hdist
