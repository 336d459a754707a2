#include "source/transfer_progress.h"

namespace hdist {

namespace {
constexpr std::chrono::milliseconds kEvery{100};
} // namespace

void TransferProgress::tell(const void* transfer, int64_t done, int64_t total) {
  const auto now = std::chrono::steady_clock::now();
  {
    std::scoped_lock lock(mutex_);
    const bool is_new = farthest_ != transfer;
    if (is_new && farthest_ != nullptr && done <= done_) return;
    farthest_ = transfer;
    done_ = done;
    if (!is_new && done != total && now - last_ < kEvery) return;
    last_ = now;
  }
  events_.on(Progress{.kind = "fetch", .name = name_, .done = done, .total = total, .unit = "B"});
}

void TransferProgress::end(const void* transfer) {
  std::scoped_lock lock(mutex_);
  if (farthest_ == transfer) farthest_ = nullptr;
}

} // namespace hdist
