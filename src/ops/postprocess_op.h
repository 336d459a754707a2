// postprocess_op.h: `build-postprocess`: inside a job, what is done to the artifact after its
// build.
#pragma once

#include "build/postprocess.h"
#include "ops/operation.h"

#include <string>

namespace hdist {

struct PostprocessOpRequest {
  std::string path; // empty: $ARTIFACT
  bool relative_rpath = false;
  bool relative_symlinks = false;
  bool remove_libtool = false;
};
/// Imports come from the job's environment. Error usage "job.outside" when there is no job.
PostprocessReport postprocess_artifact(Session& session, const PostprocessOpRequest& request);
Value to_value(const PostprocessReport& report);
/// {"path": null, "relative_rpath": false, "relative_symlinks": false, "remove_libtool": false}
PostprocessOpRequest read_postprocess_request(const Document& request);

} // namespace hdist
