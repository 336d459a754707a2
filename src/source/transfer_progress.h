// transfer_progress.h: how far a source is that several addresses may bring at once.
#pragma once

#include "base/log.h"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace hdist {

/// Thread-safe. Tells of the transfer that is farthest, not more often than a person can read it;
/// the first and the last time always.
class TransferProgress {
public:
  TransferProgress(Events& events, std::string name) : events_(events), name_(std::move(name)) {}
  const std::string& name() const { return name_; }
  /// `transfer` is any address that tells the transfers apart. total -1: not known.
  void tell(const void* transfer, int64_t done, int64_t total);
  /// It failed or was stopped: another may be the farthest now.
  void end(const void* transfer);

private:
  Events& events_;
  std::string name_;
  std::mutex mutex_;
  const void* farthest_ = nullptr;
  int64_t done_ = 0; // by the farthest
  std::chrono::steady_clock::time_point last_;
};

} // namespace hdist
