#include "source/in_flight.h"

#include "base/error.h"

#include <algorithm>

namespace hdist {

InFlight::Ticket InFlight::enter(std::set<std::string> names, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  bool is_free = left_.wait(lock, stop, [&] {
    return std::none_of(names.begin(), names.end(),
                        [this](const std::string& name) { return held_.contains(name); });
  });
  if (!is_free || stop.stop_requested())
    throw Error(ErrorKind::interrupted, "source.stopped", "fetching was stopped");
  held_.insert(names.begin(), names.end());
  return {*this, std::move(names)};
}

void InFlight::leave(const std::set<std::string>& names) {
  {
    std::scoped_lock lock(mutex_);
    for (const std::string& name : names)
      held_.erase(name);
  }
  left_.notify_all();
}

} // namespace hdist
