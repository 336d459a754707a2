#include "source/host_accounts.h"

#include <algorithm>

namespace hdist {

std::chrono::milliseconds HostAccounts::remaining(const std::string& host) const {
  std::scoped_lock lock(mutex_);
  auto found = accounts_.find(host);
  if (found == accounts_.end()) return budget_;
  std::chrono::milliseconds remaining = budget_ - found->second.spent;
  if (found->second.waiting.empty()) return remaining;
  const Clock::time_point since = std::max(*found->second.waiting.begin(), found->second.until);
  return remaining - std::chrono::floor<std::chrono::milliseconds>(Clock::now() - since);
}

bool HostAccounts::was_charged(const std::string& host) const {
  std::scoped_lock lock(mutex_);
  auto found = accounts_.find(host);
  return found != accounts_.end() && found->second.was_charged;
}

void HostAccounts::charge(const std::string& host, Clock::time_point start, Clock::time_point end) {
  std::scoped_lock lock(mutex_);
  Account& account = accounts_[host];
  account.was_charged = true;
  start = std::max(start, account.until);
  if (end <= start) return;
  account.spent += std::chrono::ceil<std::chrono::milliseconds>(end - start);
  account.until = end;
}

void HostAccounts::Waiting::begin(const std::string& host) {
  const Clock::time_point now = Clock::now();
  hosts_.emplace_back(host, now);
  std::scoped_lock lock(accounts_.mutex_);
  accounts_.accounts_[host].waiting.insert(now);
}

void HostAccounts::Waiting::end() noexcept {
  std::scoped_lock lock(accounts_.mutex_);
  for (const auto& [host, since] : hosts_) {
    std::multiset<Clock::time_point>& waiting = accounts_.accounts_[host].waiting;
    if (auto found = waiting.find(since); found != waiting.end()) waiting.erase(found);
  }
  hosts_.clear();
}

} // namespace hdist
