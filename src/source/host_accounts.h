// host_accounts.h: how long hosts that do not answer have kept this run waiting.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

  /// Hosts that one request waits for now. What they may cost yet counts for the other requests.
  class Waiting {
  public:
    explicit Waiting(HostAccounts& accounts) : accounts_(accounts) {}
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { end(); }
    void begin(const std::string& host);
    void end() noexcept; // for none any more

  private:
    HostAccounts& accounts_;
    std::vector<std::pair<std::string, Clock::time_point>> hosts_;
  };

private:
  struct Account {
    std::chrono::milliseconds spent{0};
    Clock::time_point until; // what was before is charged
    bool was_charged = false;
    std::multiset<Clock::time_point> waiting; // since when
  };
  std::chrono::milliseconds budget_;
  mutable std::mutex mutex_;
  std::map<std::string, Account> accounts_;
};

} // namespace hdist
