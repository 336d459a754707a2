// lying_calls.h: system calls that are done and then report an error, as a network file system's
// answer to a repeated request does.
#pragma once

#include <string_view>

namespace hdist {

/// While this lives, each successful call of that name ("renameat2", "renameat", "linkat") by this
/// process says `error` instead. One at a time.
class LyingCalls {
public:
  LyingCalls(std::string_view call, int error);
  ~LyingCalls();
  LyingCalls(const LyingCalls&) = delete;
  LyingCalls& operator=(const LyingCalls&) = delete;
  static int lies(); // told since the newest was made
};

} // namespace hdist
