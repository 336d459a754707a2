// session_options.h: the options of a session as JSON, for the doors that have no command line.
#pragma once

#include "ops/session.h"

#include <string>

namespace hdist {

/// {"prefix": null, "program": null, "config": null, "environment": null, "jobs": null, "refresh":
/// false, "offline": false, "keep_build": "failed"}. `prefix` is where this program is installed
/// when the options do not say, `program` what it is called there: without, this program's own
/// name, else the only one that has a brand; the environment is the process's own then. Errors as
/// of any request.
SessionRequest read_session_options(const Document& options, const std::string& prefix);

} // namespace hdist
