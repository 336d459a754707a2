// module.h: parts of the program that are loaded on first use (docs/design/modules.md).
#pragma once

#include <string>

namespace hdist {

struct ModuleFunction {
  std::string module;  // "net": the file net.so, and the error code "net.module"
  std::string purpose; // "reads from the network", for the error
  std::string symbol;  // its one extern "C" function
};

/// The address of the function in the module below `dir`; "": the program's own. Stays
/// valid. Error failed "<module>.module".
void* load_module_function(const std::string& dir, const ModuleFunction& wanted);

} // namespace hdist
