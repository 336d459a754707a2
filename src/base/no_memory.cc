#include "base/no_memory.h"

namespace hdist {

Error no_memory(const std::string& message) {
  return Error(ErrorKind::failed, "program.no-memory", message)
      .advise({.text = "Raise the limit of memory (ulimit -v shows it), or end other programs.",
               .verb = {},
               .args = {}});
}

bool is_about_memory(const std::string& reason) {
  const auto says = [&](const char* text) { return reason.find(text) != std::string::npos; };
  // Mapping fails, too, where nothing may be executed, and of files that end too early.
  return says("annot allocate memory") ||
         (says("failed to map segment") && !says("Operation not permitted") &&
          !says("Permission denied") && !says("Invalid argument"));
}

} // namespace hdist
