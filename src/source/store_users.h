// store_users.h: the processes that use a source store, users/<start>-<random>. For the store
// itself.
#pragma once

#include "base/dir.h"
#include "base/lease.h"

#include <cstdint>
#include <mutex>
#include <optional>

namespace hdist {

/// This process as a user. A store that cannot be written is no error: then what it uses is only
/// as safe as its last use makes it. Any thread.
class StoreUser {
public:
  /// Registers it at the first call; the end of this object takes it away.
  void enter(const Dir& store);
  /// Of all others, when the oldest of the living ones entered, seconds since 1970; nullopt: there
  /// is none. `remove_dead`: what the dead have left is removed.
  std::optional<int64_t> others_since(const Dir& store, bool remove_dead) const;

private:
  mutable std::mutex mutex_; // held while it enters
  bool entered_ = false;
  std::optional<Lease> lease_; // written once
};

} // namespace hdist
