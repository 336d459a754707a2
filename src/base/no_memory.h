// no_memory.h: what is said when memory is short.
#pragma once

#include "base/error.h"

#include <string>

namespace hdist {

/// Failed "program.no-memory", with advice on limits.
Error no_memory(const std::string& message);
/// Whether what the dynamic loader says of a file is for want of memory, not about the file.
bool is_about_memory(const std::string& reason);

} // namespace hdist
