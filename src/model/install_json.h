// install.json: a package's own wishes for installation, written by its build
// (docs/install-format.md).
#pragma once

#include "model/install_rules.h"

#include <string>
#include <vector>

namespace hdist {

/// In the shape of the founding page: "runtime-dependencies", "command", "profile-env-vars",
/// "parameters" with "rules"; or in that of read_install_wishes().
InstallWishes read_install_json(const Document& document);

/// install.json of a profile: a profile made of it gets the same artifacts, and nothing else of it.
std::string repeating_install_json(const std::vector<ArtifactId>& requested);

} // namespace hdist
