// loaded.h: what programs, libraries and scripts of a tree load by themselves, as they say it.
#pragma once

#include "base/dir.h"

#include <stop_token>
#include <string>

namespace hdist {

/// The run paths of the ELF files below `root` (without _hashdist/) and the interpreter lines of
/// its executable scripts, a line each. Other texts say where something came from, not what they
/// load.
std::string loading_lines(const Dir& root, std::stop_token stop = {});

} // namespace hdist
