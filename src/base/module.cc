#include "base/module.h"

#include "base/no_memory.h"
#include "base/path.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace hdist {

namespace {

[[noreturn]] void throw_load_error(const std::string& file, const ModuleFunction& wanted) {
  const char* said = dlerror();
  const std::string reason = said == nullptr ? "unknown reason" : said;
  const std::string text = fmt::format("cannot load {}, which {}: ", file, wanted.purpose);
  if (is_about_memory(reason))
    throw no_memory(fmt::format("{}there is not enough memory ({})", text, reason));
  Error error(ErrorKind::failed, wanted.module + ".module", text + reason);
  error.advise({"Install this program again; this file belongs to it.", "", {}});
  throw error;
}

std::string default_dir() {
  return parent_path(real_path("/proc/self/exe"));
}

} // namespace

void* load_module_function(const std::string& dir, const ModuleFunction& wanted) {
  std::string file = join_path(dir.empty() ? default_dir() : dir, wanted.module + ".so");
  // Never unloaded: threads of its libraries, and errors made in it, may outlive the call.
  void* module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (module == nullptr) throw_load_error(file, wanted);
  void* function = dlsym(module, wanted.symbol.c_str());
  if (function == nullptr) throw_load_error(file, wanted);
  return function;
}

} // namespace hdist
