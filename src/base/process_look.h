// process_look.h: what /proc says about a process.
#pragma once

#include <cstdint>
#include <optional>

namespace hdist {

struct ProcessLook {
  bool running = false;    // and no zombie
  uint64_t start_time = 0; // clock ticks after boot: with the pid it names a process
};

/// nullopt when /proc does not show that process; 0 is this one.
std::optional<ProcessLook> look_at_process(int pid);

} // namespace hdist
