// host_accounts.h: how long hosts that do not answer have kept this run waiting.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace hdist {

/// Thread-safe. Threads that wait for one host at the same time are charged once: what counts is
/// how long the person waits.
class HostAccounts {
public:
  using Clock = std::chrono::steady_clock;
  explicit HostAccounts(std::chrono::milliseconds budget) : budget_(budget) {}

  /// What is left of the budget; zero and less: nothing.
  std::chrono::milliseconds remaining(const std::string& host) const;
  bool was_charged(const std::string& host) const;
  void charge(const std::string& host, Clock::time_point start, Clock::time_point end);

private:
  struct Account {
    std::chrono::milliseconds spent{0};
    Clock::time_point until; // what was before is charged
  };
  std::chrono::milliseconds budget_;
  mutable std::mutex mutex_;
  std::map<std::string, Account> accounts_;
};

} // namespace hdist
