// install_run.h: a package's install command, run as a job is run.
#pragma once

#include "profile/composition.h"

#include <stop_token>
#include <string>

namespace hdist {

struct InstallRunOptions {
  std::string supervise;    // path of the supervisor
  std::string self_program; // what "hdist" as the first word is
  std::string config_variable = "HDIST_CONFIG";
  std::string config_json; // its value
  std::string temp_dir;    // a scratch directory is made in it
};

/// Runs the command under the supervisor. $ARTIFACT, $profiletarget and, for each dependency NAME,
/// $NAME and $NAMEpath (its path) are replaced and are in the environment; beside them PATH has the
/// dependencies' bin and the system's, HOME and TMPDIR are scratch. It starts in a scratch
/// directory of links to what is in the artifact. Error failed "profile.install-failed" shows the
/// command and the end of its output.
void run_install_step(const InstallStep& step, const InstallRunOptions& options,
                      std::stop_token stop = {});

} // namespace hdist
