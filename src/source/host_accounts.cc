#include "source/host_accounts.h"

#include <algorithm>

namespace hdist {

std::chrono::milliseconds HostAccounts::remaining(const std::string& host) const {
  std::scoped_lock lock(mutex_);
  auto found = accounts_.find(host);
  return found == accounts_.end() ? budget_ : budget_ - found->second.spent;
}

bool HostAccounts::was_charged(const std::string& host) const {
  std::scoped_lock lock(mutex_);
  return accounts_.contains(host);
}

void HostAccounts::charge(const std::string& host, Clock::time_point start, Clock::time_point end) {
  std::scoped_lock lock(mutex_);
  auto [found, is_new] = accounts_.try_emplace(host);
  Account& account = found->second;
  if (!is_new) start = std::max(start, account.until);
  if (end <= start) return;
  account.spent += std::chrono::ceil<std::chrono::milliseconds>(end - start);
  account.until = end;
}

} // namespace hdist
