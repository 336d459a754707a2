// libcurl and what it needs cost 12 ms before main(): it is linked to a module that is opened at
// the first request.
#include "net/transfer.h"

#include "base/module.h"

namespace hdist {

TransferFunction* load_transfer(const std::string& dir) {
  return reinterpret_cast<TransferFunction*>(
      load_module_function(dir, {"net", "reads from the network", "hdist_net_transfer"}));
}

} // namespace hdist
