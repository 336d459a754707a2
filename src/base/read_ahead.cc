#include "base/read_ahead.h"

#include "base/parallel.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace hdist {

struct ReadAhead::Thread {
  Thread(Source& source, const ReadAheadOptions& options)
      : source_(source), options_(options), thread_([this] { work(); }) {}
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  ~Thread() { join(); }

  /// Empty at the end.
  const std::string& next() {
    std::unique_lock lock(mutex_);
    taken_.clear();
    std::swap(spare_, taken_); // its memory is used again
    changed_.wait(lock, [this] { return !ready_.empty() || is_ended_; });
    if (!ready_.empty()) {
      taken_ = std::move(ready_.front());
      ready_.pop_front();
      lock.unlock();
      changed_.notify_all();
      return taken_;
    }
    lock.unlock();
    join();
    if (problem_) std::rethrow_exception(std::exchange(problem_, nullptr));
    return taken_;
  }

private:
  void work() noexcept {
    std::string piece;
    try {
      for (;;) {
        const std::string_view bytes = source_();
        if (bytes.empty()) break;
        piece += bytes;
        if (piece.size() >= options_.piece_bytes && !hand_over(piece)) return;
      }
    } catch (...) {
      problem_ = std::current_exception();
    }
    if (!piece.empty() && !hand_over(piece)) return;
    {
      const std::lock_guard lock(mutex_);
      is_ended_ = true;
    }
    changed_.notify_all();
  }

  /// False: nobody wants it any more. `piece` is empty then, with memory of another if there is.
  bool hand_over(std::string& piece) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ready_.size() < options_.pieces || is_unwanted_; });
    if (is_unwanted_) return false;
    ready_.push_back(std::move(piece));
    piece = std::exchange(spare_, {});
    lock.unlock();
    changed_.notify_all();
    return true;
  }

  void join() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      is_unwanted_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  Source& source_;
  const ReadAheadOptions& options_;
  std::mutex mutex_; // for what follows, but `taken_`
  std::condition_variable changed_;
  std::deque<std::string> ready_;
  std::string spare_; // empty, with memory of a piece
  bool is_ended_ = false;
  bool is_unwanted_ = false;
  std::exception_ptr problem_; // written before is_ended_
  std::string taken_;          // the caller's
  std::thread thread_;         // last: it uses all the others
};

ReadAhead::ReadAhead(Source source, const ReadAheadOptions& options)
    : source_(std::move(source)), options_(options) {}

ReadAhead::~ReadAhead() = default;

std::string_view ReadAhead::next() {
  if (is_done_) return {};
  if (!thread_ && alone_bytes_ >= options_.alone_bytes) {
    alone_bytes_ = 0; // where there is no thread to be had, it is asked for again later
    try {
      if (available_cpus() > 1) thread_ = std::make_unique<Thread>(source_, options_);
    } catch (const std::system_error&) { // NOLINT(bugprone-empty-catch): then without
    }
  }
  try {
    const std::string_view piece = thread_ ? std::string_view(thread_->next()) : source_();
    if (!thread_) alone_bytes_ += piece.size();
    is_done_ = piece.empty();
    return piece;
  } catch (...) {
    is_done_ = true;
    throw;
  }
}

} // namespace hdist
