// in_flight.h: names that a thread of this process is working on, so that equal requests wait.
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>

namespace hdist {

class InFlight {
public:
  /// Holds its names until it is destroyed.
  class Ticket {
  public:
    Ticket(InFlight& owner, std::set<std::string> names)
        : owner_(owner), names_(std::move(names)) {}
    ~Ticket() { owner_.leave(names_); }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

  private:
    InFlight& owner_;
    std::set<std::string> names_;
  };

  /// Waits until nobody holds any of the names; all are taken at once, so nobody waits in a circle.
  /// Error interrupted "source.stopped" when the token asks.
  Ticket enter(std::set<std::string> names, const std::stop_token& stop);

private:
  void leave(const std::set<std::string>& names);
  std::mutex mutex_;
  std::condition_variable_any left_;
  std::set<std::string> held_;
};

} // namespace hdist
