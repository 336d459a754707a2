// listen.h: read what children say until one of them ends, a time limit is over or a stop is asked.
// For run() and run_supervised(); not for other components.
#pragma once

#include "base/spawn.h"

#include <functional>
#include <stop_token>
#include <string_view>
#include <vector>

namespace hdist {

/// Something to read while a child runs. Without sink it is read and forgotten.
struct Source {
  Fd fd; // non-blocking
  std::function<void(std::string_view bytes)> sink;
};

/// A command's stdin, stdout and stderr for its child; `sources` gets what is to be read here.
struct StandardStreams {
  StandardStreams(const Command& command, std::vector<Source>& sources);
  Fd input, output, error;
};

struct Limits {
  double timeout_s = 0; // 0: none
  std::stop_token stop;
  /// How the child is made to end: asked, 2 s later forced, and 30 s later killed itself.
  std::function<void()> ask;
  std::function<void()> force;
  /// True once the child has nothing left to do but to end; it is not waited for without end then.
  /// May be empty.
  std::function<bool()> ending;
};

struct Waited {
  bool stopped = false;
  bool timed_out = false;
  double wall_s = 0;
};

/// Reads `sources` until `child` has ended (it is not reaped), then what it left in them. Throws
/// what a sink throws, and Error "process.unkillable" when SIGKILL does not end the child.
Waited listen_until_end(const Child& child, std::vector<Source>& sources, const Limits& limits);

} // namespace hdist
