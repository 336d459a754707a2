// handlers.h: what a stage does: its fields to job commands (docs/recipe-format.md, "Stages").
#pragma once

#include "spec/package_file.h"
#include "spec/parameters.h"

#include <string>
#include <utility>
#include <vector>

namespace hdist {

struct StageWork {
  Value::List commands; // nodes of the job language
  std::vector<std::pair<std::string, std::string>>
      files; // bundled into the package's pack: name, text
};

/// Handlers: configure, make, cmake, cmake_build, cmake_install, bash. Errors: an unknown handler
/// or field (nearest suggested), -j in the arguments of make.
StageWork stage_work(const StageEntry& stage, const Parameters& parameters);

/// Arguments for build-postprocess.
std::vector<std::string> postprocess_arguments(const StageEntry& stage,
                                               const Parameters& parameters);

/// Checks and rewrites a list of {set|prepend_path|...: NAME, value: TEXT}. With a `dependency`
/// variable prefix ("READLINE"), ${ARTIFACT} in values becomes ${READLINE_DIR}.
Value::List environment_actions(const Document& document, const Value& list,
                                const std::string& path, const std::string& dependency);
/// The same checks before parameters are replaced: items that are references are passed over.
void check_environment_actions(const Document& document, const Value& list, const std::string& path,
                               const std::string& dependency);

} // namespace hdist
