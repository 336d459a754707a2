// libcurl and what it needs cost 12 ms before main(): it is linked to a module that is opened at
// the first request. The module stays open: threads of its libraries may outlive a request.
#include "net/transfer.h"

#include "base/error.h"
#include "base/path.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace hdist {

namespace {

std::string default_dir() {
  return join_path(parent_path(parent_path(real_path("/proc/self/exe"))), "lib/hdist");
}

[[noreturn]] void throw_load_error(const std::string& file) {
  const char* reason = dlerror();
  Error error(ErrorKind::failed, "net.module",
              fmt::format("cannot load {}, which reads from the network: {}", file,
                          reason == nullptr ? "unknown reason" : reason));
  error.advise({"Install this program again; this file belongs to it.", "", {}});
  throw error;
}

} // namespace

TransferFunction* load_transfer(const std::string& dir) {
  std::string file = join_path(dir.empty() ? default_dir() : dir, "hdist-net.so");
  void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw_load_error(file);
  void* symbol = dlsym(handle, "hdist_net_transfer");
  if (symbol == nullptr) throw_load_error(file);
  return reinterpret_cast<TransferFunction*>(symbol);
}

} // namespace hdist
