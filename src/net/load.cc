// libcurl and what it needs cost 12 ms before main(): it is linked to a module that is opened at
// the first request.
#include "net/transfer.h"

#include "base/module.h"

#include <algorithm>
#include <iterator>

namespace hdist {

OpenConnections::Handle OpenConnections::take(const std::string& place) {
  std::scoped_lock lock(mutex_);
  const auto found = std::find_if(open_.rbegin(), open_.rend(),
                                  [&](const auto& entry) { return entry.first == place; });
  if (found == open_.rend()) return {nullptr, [](void*) {}};
  Handle handle = std::move(found->second);
  open_.erase(std::next(found).base());
  return handle;
}

void OpenConnections::leave(const std::string& place, Handle handle) {
  std::pair<std::string, Handle> oldest{"",
                                        Handle(nullptr, [](void*) {})}; // closed without the lock
  std::scoped_lock lock(mutex_);
  open_.emplace_back(place, std::move(handle));
  if (open_.size() <= kMost) return;
  oldest = std::move(open_.front());
  open_.pop_front();
}

TransferFunction* load_transfer(const std::string& dir) {
  return reinterpret_cast<TransferFunction*>(
      load_module_function(dir, {"net", "reads from the network", "hdist_net_transfer"}));
}

} // namespace hdist
