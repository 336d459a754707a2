// read_ahead.h: pieces of bytes that a thread of their own makes ready while the caller works on
// those before.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace hdist {

struct ReadAheadOptions {
  std::size_t alone_bytes = std::size_t{1} << 20; // so much is read without a thread: the price of
                                                  // one is more than it wins
  std::size_t piece_bytes = std::size_t{128} << 10;
  std::size_t pieces = 6; // at most so many are ready
};

/// The bytes of `source` in order, cut elsewhere. An exception of `source` comes after the bytes
/// before it. Where there is one processor, or no thread to be had, everything happens in the
/// caller's.
class ReadAhead {
public:
  /// Gives the next piece, valid until the next call; empty at the end, after which it is not
  /// called. From the first call of next() on only this object calls it, one call at a time.
  using Source = std::function<std::string_view()>;
  explicit ReadAhead(Source source, const ReadAheadOptions& options = {});
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  /// Waits for the call of `source` that goes on.
  ~ReadAhead();
  /// The next piece, valid until the next call; empty at the end. After the end and after an
  /// exception nothing uses `source` any more.
  std::string_view next();

private:
  struct Thread;
  Source source_;
  ReadAheadOptions options_;
  std::size_t alone_bytes_ = 0;
  bool is_done_ = false;
  std::unique_ptr<Thread> thread_; // once it is worth one
};

} // namespace hdist
