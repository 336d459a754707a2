#include "source/host_slots.h"

#include <algorithm>

namespace hdist {

std::optional<HostSlots::Slot> HostSlots::try_take(const std::string& host) {
  std::scoped_lock lock(mutex_);
  Host& entry = hosts_[host];
  if (entry.busy >= per_host_ || !entry.waiting.empty()) return std::nullopt;
  ++entry.busy;
  return Slot(*this, host);
}

std::optional<HostSlots::Slot> HostSlots::take(const std::string& host,
                                               const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  Host& entry = hosts_[host]; // references into a map stay valid
  const int ticket = next_ticket_++;
  entry.waiting.push_back(ticket);
  const bool is_turn = changed_.wait(
      lock, stop, [&] { return entry.busy < per_host_ && entry.waiting.front() == ticket; });
  entry.waiting.erase(std::find(entry.waiting.begin(), entry.waiting.end(), ticket));
  changed_.notify_all(); // there may be room for the next one, too
  if (!is_turn) return std::nullopt;
  ++entry.busy;
  return Slot(*this, host);
}

std::size_t HostSlots::waiting(const std::string& host) const {
  std::scoped_lock lock(mutex_);
  auto found = hosts_.find(host);
  return found == hosts_.end() ? 0 : found->second.waiting.size();
}

void HostSlots::leave(const std::string& host) {
  std::scoped_lock lock(mutex_);
  --hosts_[host].busy;
  changed_.notify_all();
}

} // namespace hdist
