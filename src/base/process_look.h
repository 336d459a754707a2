// process_look.h: what /proc says about a process.
#pragma once

#include <cstdint>
#include <optional>

namespace hdist {

struct ProcessLook {
  bool running = false;    // and no zombie
  uint64_t start_time = 0; // clock ticks after boot: with the pid it names a process
  int parent = 0;          // 0: none in this PID namespace
};

/// nullopt when /proc does not show that process; 0 is this one.
std::optional<ProcessLook> look_at_process(int pid);

/// Who started this process. A shell's subshell (for "$(a | b)"), which ends at once, is its shell:
/// it is known by the same command line as that has. 1 when nobody of this PID namespace did.
int calling_process();

} // namespace hdist
