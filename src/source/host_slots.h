// host_slots.h: how many transfers at once one server has.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace hdist {

/// Thread-safe. Who waits for a server is served in the order of coming.
class HostSlots {
public:
  explicit HostSlots(int per_host) : per_host_(per_host) {}

  /// One transfer, until it is destroyed.
  class Slot {
  public:
    Slot(HostSlots& owner, std::string host) : owner_(&owner), host_(std::move(host)) {}
    Slot(Slot&& other) noexcept : owner_(other.owner_), host_(std::move(other.host_)) {
      other.owner_ = nullptr;
    }
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (owner_ != nullptr) owner_->leave(host_);
    }

  private:
    HostSlots* owner_;
    std::string host_;
  };

  /// Without waiting; nullopt: it has as many as it may, or others wait.
  std::optional<Slot> try_take(const std::string& host);
  /// nullopt: the token asked.
  std::optional<Slot> take(const std::string& host, const std::stop_token& stop);
  std::size_t waiting(const std::string& host) const; // for it now

private:
  friend class Slot;
  struct Host {
    int busy = 0;
    std::deque<int> waiting; // by ticket
  };
  void leave(const std::string& host);

  int per_host_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Host> hosts_;
  int next_ticket_ = 0;
};

} // namespace hdist
