// parallel.h: a bounded pool of threads for independent work.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace hdist {

/// Processors this process may use: affinity mask, cgroup quota and SLURM_CPUS_ON_NODE, the least
/// of them; at least 1.
int available_cpus();

/// The least quota of this process's cgroup (v1 or v2) and of those above it, in whole processors,
/// rounded up. `root` is where /proc and /sys are.
std::optional<int> cgroup_cpu_limit(const std::string& root = "/");

/// Calls work(0) .. work(count - 1) on at most `threads` threads (the caller is one of them) and
/// returns when all are done. The first exception stops the handing out of further work and is
/// thrown to the caller.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

} // namespace hdist
